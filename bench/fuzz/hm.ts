import { seededRandom } from '@meterbridge/core/codec';
import { decodeHm, encodeHm, FrameSplitter, HM_MAX_LENGTH, hmScanner } from '@meterbridge/core/frames';
import { decodePayload } from '../../apps/hoymiles-bridge/src/protocol/commands.ts';
import { decodeMessage } from '../../apps/hoymiles-bridge/src/protocol/message.ts';
import { realData } from '../../apps/hoymiles-bridge/src/protocol/realdata.ts';
import { pageOf } from '../../apps/hoymiles-bridge/src/simulator/dtu-measurements.ts';
import { Faults } from '../../apps/hoymiles-bridge/src/simulator/faults.ts';
import { crcReflected, wronglyTaken } from './checks.ts';
import { verdicts } from './frames.ts';
import { NOON, newPlant } from './plant.ts';
import type { Target } from './target.ts';

const REAL_DATA = 0xa211;
const HEADER = 10;

/** Measurements of a DTU over protobuf. */
export function hmTarget(): Target {
  const splitter = new FrameSplitter(hmScanner(), 2 * HM_MAX_LENGTH);
  return {
    name: 'HM and protobuf',
    isStream: true,
    pool: [0, 1].map((page) =>
      encodeHm({ command: REAL_DATA, sequence: 1 + page, extended: null, payload: payload(page), tag: null }),
    ),
    signs: Uint8Array.of(0x48, 0x4d, 0xa2, 0x11, 0, 1, 0x08, 0x0a, 0x12, 0x7f, 0x80, 0xff, 0x4a, 0x5a),
    repaired(bytes) {
      const whole = bytes.slice(0, HM_MAX_LENGTH);
      if (whole.length < HEADER) return whole;
      const crc = crcReflected(whole.subarray(HEADER), 0xffff);
      whole.set([
        0x48,
        0x4d,
        0xa2,
        0x11,
        0,
        1,
        crc >>> 8,
        crc & 0xff,
        whole.length >>> 8,
        whole.length & 0xff,
      ]);
      return whole;
    },
    push: (chunk) => verdicts(splitter.push(chunk), take),
    end: () => verdicts(splitter.end(), take),
  };
}

function payload(page: number): Uint8Array {
  const random = seededRandom(1);
  const dtu = {
    session: { encRand: null },
    actions: [],
    frozen: new Map(),
    late: [],
    now: () => NOON,
    perPage: 2,
  };
  return pageOf(page, { ...dtu, plant: newPlant(), random, faults: new Faults([], random) });
}

function take(bytes: Uint8Array): void {
  const frame = decodeHm(bytes);
  if (crcReflected(frame.payload, 0xffff) !== ((bytes[6]! << 8) | bytes[7]!))
    throw wronglyTaken('an HM frame with a wrong CRC', bytes);
  if (frame.command !== REAL_DATA) decodePayload(frame.command, frame.payload);
  else
    for (const { values } of realData(decodeMessage('RealDataNew', frame.payload).fields).inverters)
      [...values];
}
