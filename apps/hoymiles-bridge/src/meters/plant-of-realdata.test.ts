import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import { realData } from '../protocol/realdata.ts';
import { plantOfRealData } from './plant-of-realdata.ts';

const SERIAL = 0x116400000001;
const NOTHING = new Uint8Array(0);
const INVERTER = decodeMessage('SinglePhaseRecord', NOTHING).fields;
const PORT = decodeMessage('PortRecord', NOTHING).fields;
const ABOUT = { dtuFirmware: null, powerLimit: null, signal: null, inverters: new Map() };

/** Inverters of a DTU that tells these words of its ports. @param links of what it tells of the inverter itself */
function invertersWith(codes: readonly number[], links: readonly number[], power = 1000) {
  const bytes = encodeMessage('RealDataNew', {
    singlePhase: links.map((link) => ({ ...INVERTER, serial: SERIAL, link, voltage: 2300 })),
    ports: codes.map((code, at) => ({ ...PORT, serial: SERIAL, port: at + 1, code, power })),
  });
  const data = realData(decodeMessage('RealDataNew', bytes).fields);
  return plantOfRealData(data, null, ABOUT).inverters;
}

describe('the status of an inverter over protobuf', () => {
  it.each([
    ['that of its ports', [0x0309ff00, 0x03000000], 1, 3],
    ['an alarm if one of them has it', [0x03090000, 0x08000000], 1, 8],
    ['running where no port tells one', [0, 0], 1, 3],
    ['running where there are no ports', [], 1, 3],
    ['none while it is not reached', [0x03090000], 0, 0],
  ])('is %s', (_what, codes, link, status) => {
    expect(invertersWith(codes, [link])[0]!.status).toBe(status);
  });
});

describe('an inverter over protobuf', () => {
  it.each([
    // As a DTU-Pro-S is seen to do.
    ['of which only ports are told', [0x03000000, 0x03000000], [], { isLinked: true, status: 3 }],
    ['of which only ports are told, without power', [0, 0], [], { isLinked: false, status: 0 }, 0],
    ['of which only ports are told, without status', [0, 0], [], { isLinked: true, status: 3 }],
    ['that is told twice', [0x03000000, 0x03000000], [1, 1], { isLinked: true, status: 3 }],
  ])('%s is one with all its ports', (_what, codes, links, wanted, power = 1000) => {
    const inverters = invertersWith(codes, links, power);
    expect(inverters).toMatchObject([{ serial: '116400000001', ...wanted }]);
    expect(inverters[0]!.ports.map(({ port, isHeard }) => [port, isHeard])).toEqual([
      [1, wanted.isLinked],
      [2, wanted.isLinked],
    ]);
  });
});

it('a port without a serial number is nobody', () => {
  const bytes = encodeMessage('RealDataNew', { ports: [{ ...PORT, port: 1, power: 1 }] });
  const data = realData(decodeMessage('RealDataNew', bytes).fields);
  expect(plantOfRealData(data, null, ABOUT).inverters).toEqual([]);
});
