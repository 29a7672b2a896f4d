import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import { realData } from '../protocol/realdata.ts';
import { plantOfRealData } from './plant-of-realdata.ts';

const SERIAL = 0x116400000001;
const NOTHING = new Uint8Array(0);
const INVERTER = decodeMessage('SinglePhaseRecord', NOTHING).fields;
const PORT = decodeMessage('PortRecord', NOTHING).fields;
const ABOUT = { dtuFirmware: null, powerLimit: null, signal: null, inverters: new Map() };

/** The inverter of a DTU that tells these words of its ports. */
function inverterWith(codes: readonly number[], link = 1) {
  const bytes = encodeMessage('RealDataNew', {
    singlePhase: [{ ...INVERTER, serial: SERIAL, link }],
    ports: codes.map((code, at) => ({ ...PORT, serial: SERIAL, port: at + 1, code })),
  });
  const data = realData(decodeMessage('RealDataNew', bytes).fields);
  return plantOfRealData(data, null, ABOUT).inverters[0]!;
}

describe('the status of an inverter over protobuf', () => {
  it.each([
    ['that of its ports', [0x0309ff00, 0x03000000], 1, 3],
    ['an alarm if one of them has it', [0x03090000, 0x08000000], 1, 8],
    ['running where no port tells one', [0, 0], 1, 3],
    ['running where there are no ports', [], 1, 3],
    ['none while it is not reached', [0x03090000], 0, 0],
  ])('is %s', (_what, codes, link, status) => {
    expect(inverterWith(codes, link).status).toBe(status);
  });
});
