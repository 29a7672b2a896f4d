import { seededRandom } from '@meterbridge/core/codec';
import { decodeHm, encodeHm } from '@meterbridge/core/frames';
import protobuf from 'protobufjs/light.js';
import { decodeBlocks, encodeBlock } from '../apps/hoymiles-bridge/src/protocol/block.ts';
import { decodeMessage } from '../apps/hoymiles-bridge/src/protocol/message.ts';
import descriptor from '../apps/hoymiles-bridge/src/protocol/messages.json' with { type: 'json' };
import { realData } from '../apps/hoymiles-bridge/src/protocol/realdata.ts';
import { pageOf } from '../apps/hoymiles-bridge/src/simulator/dtu-measurements.ts';
import { Faults } from '../apps/hoymiles-bridge/src/simulator/faults.ts';
import { SimulatedPlant, usualInverters } from '../apps/hoymiles-bridge/src/simulator/plant.ts';
import type { Contest } from './measure.ts';

const NOON = Date.UTC(2024, 5, 10, 12);
const INVERTERS = 20;
const PORTS = 4 * INVERTERS;
const ANSWER = 0xa211;

/** What a plant of 80 ports answers on either protocol, against a loop that does nothing but sum the same bytes. */
export function hoymiles(): readonly Contest[] {
  const random = seededRandom(1);
  const plant = new SimulatedPlant({
    dtuSerial: '10f871600831',
    inverters: usualInverters(INVERTERS),
    random,
  });
  return [modbus(plant), hm(plant, random)];
}

function modbus(plant: SimulatedPlant): Contest {
  const bytes = Uint8Array.from(plant.at(NOON).flatMap((block) => [...encodeBlock(block)]));
  return {
    title: `Hoymiles over Modbus: blocks of ${PORTS} ports`,
    unit: 'ports',
    contenders: [
      { name: 'a loop that sums the bytes', work: PORTS, run: () => expectAbove(0, sumOf(bytes)) },
      {
        name: 'blocks to values',
        work: PORTS,
        run: () => expectAbove(PORTS - 1, decodeBlocks(bytes).ports.length),
      },
    ],
  };
}

function hm(plant: SimulatedPlant, random: () => number): Contest {
  const faults = new Faults([], random);
  const payload = pageOf(0, {
    plant,
    random,
    faults,
    now: () => NOON,
    perPage: INVERTERS,
    session: { encRand: null },
    actions: [],
    frozen: new Map(),
  });
  const frame = encodeHm({ command: ANSWER, sequence: 1, extended: null, payload, tag: null });
  const alone = protobuf.Root.fromJSON({ nested: descriptor.nested }).lookupType('RealDataNew');
  const ports = (message: object): number =>
    'ports' in message && Array.isArray(message.ports) ? message.ports.length : 0;
  return {
    title: `Hoymiles over protobuf: an answer of ${frame.length} bytes with ${PORTS} ports`,
    unit: 'answers',
    contenders: [
      { name: 'a loop that sums the bytes', work: 1, run: () => expectAbove(0, sumOf(frame)) },
      { name: 'protobufjs alone', work: 1, run: () => expectAbove(PORTS - 1, ports(alone.decode(payload))) },
      {
        name: 'frame checked and decoded to values',
        work: 1,
        run: () => {
          const { fields } = decodeMessage('RealDataNew', decodeHm(frame).payload);
          expectAbove(PORTS - 1, realData(fields).ports.length);
        },
      },
    ],
  };
}

function expectAbove(least: number, found: number): void {
  if (!(found > least)) throw new Error(`${found} found, where more than ${least} are`);
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0, end = bytes.length; at < end; at++) sum += bytes[at]!;
  return sum;
}
