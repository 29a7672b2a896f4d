import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf, seededRandom } from '@meterbridge/core/codec';
import { decodeHm, encodeHm } from '@meterbridge/core/frames';
import protobuf from 'protobufjs/light.js';
import { encodeBlock } from '../apps/hoymiles-bridge/src/protocol/block.ts';
import { decodeBlocks } from '../apps/hoymiles-bridge/src/protocol/block-map.ts';
import { decodeMessage } from '../apps/hoymiles-bridge/src/protocol/message.ts';
import descriptor from '../apps/hoymiles-bridge/src/protocol/messages.json' with { type: 'json' };
import { realData } from '../apps/hoymiles-bridge/src/protocol/realdata.ts';
import { pageOf } from '../apps/hoymiles-bridge/src/simulator/dtu-measurements.ts';
import { Faults } from '../apps/hoymiles-bridge/src/simulator/faults.ts';
import { SimulatedPlant, usualInverters } from '../apps/hoymiles-bridge/src/simulator/plant.ts';
import { conformancePath } from '../packages/testing/src/conformance.ts';
import type { Contest } from './measure.ts';
import { bytesPerUnit, sumOfBytes } from './reference.ts';

const NOON = Date.UTC(2024, 5, 10, 12);
const INVERTERS = 20;
const PORTS = 4 * INVERTERS;
const ANSWER = 0xa211;

/** What plants answer on either protocol. */
export function hoymiles(): readonly Contest[] {
  const random = seededRandom(1);
  const plant = new SimulatedPlant({
    dtuSerial: '10f871600831',
    inverters: usualInverters(INVERTERS),
    random,
  });
  const blocks = corpus('modbus', isPort);
  const answers = corpus('protobuf', isMeasurement);
  return [
    modbus(`blocks of ${PORTS} ports`, [simulatedBlocks(plant)], PORTS),
    ...(blocks.length > 0 ? [modbus('blocks of the conformance corpus', blocks, blocks.length)] : []),
    hm(`an answer with ${PORTS} ports`, [simulatedAnswer(plant, random)]),
    ...(answers.length > 0 ? [hm('answers of the conformance corpus', answers)] : []),
  ];
}

function modbus(title: string, answers: readonly Uint8Array[], ports: number): Contest {
  return {
    title: `Hoymiles over Modbus: ${title}`,
    unit: 'ports',
    bytesPerUnit: bytesPerUnit(answers, ports),
    contenders: [
      sumOfBytes(answers, ports),
      {
        name: 'blocks to values',
        work: ports,
        run() {
          let found = 0;
          for (const bytes of answers) found += decodeBlocks(bytes).ports.length;
          if (found !== ports) throw new Error(`${found} ports instead of ${ports}`);
        },
      },
    ],
  };
}

/** Against the library that decodes nothing but the message: no frame, no checksum, no units. */
function hm(title: string, frames: readonly Uint8Array[]): Contest {
  const type = protobuf.Root.fromJSON({ nested: descriptor.nested }).lookupType('RealDataNew');
  const payloads = frames.map((frame) => decodeHm(frame).payload);
  return {
    title: `Hoymiles over protobuf: ${title}`,
    unit: 'answers',
    bytesPerUnit: bytesPerUnit(frames),
    contenders: [
      {
        name: 'protobufjs alone',
        work: frames.length,
        run() {
          for (const payload of payloads) type.decode(payload);
        },
      },
      {
        name: 'frames checked and decoded to values',
        work: frames.length,
        run() {
          for (const frame of frames) {
            const { fields } = decodeMessage('RealDataNew', decodeHm(frame).payload);
            if (realData(fields).ports.length !== fields.ports.length) throw new Error('a port got lost');
          }
        },
      },
      sumOfBytes(frames),
    ],
  };
}

function simulatedBlocks(plant: SimulatedPlant): Uint8Array {
  return Uint8Array.from(plant.at(NOON).flatMap((block) => [...encodeBlock(block)]));
}

function simulatedAnswer(plant: SimulatedPlant, random: () => number): Uint8Array {
  const payload = pageOf(0, {
    plant,
    random,
    faults: new Faults([], random),
    now: () => NOON,
    perPage: INVERTERS,
    session: { encRand: null },
    actions: [],
    frozen: new Map(),
    late: [],
  });
  return encodeHm({ command: ANSWER, sequence: 1, extended: null, payload, tag: null });
}

/** What a case of the corpus holds, as far as it is of interest here. */
interface Case {
  readonly kind: string;
  readonly hex?: string;
  readonly expect: { readonly ok?: boolean; readonly message?: string; readonly port?: object };
}

const isPort = ({ kind, expect }: Case): boolean => kind === 'block' && expect.port !== undefined;
const isMeasurement = ({ kind, expect }: Case): boolean =>
  kind === 'frame' && expect.ok === true && expect.message === 'RealDataNew';

/** Bytes of the wanted cases, where the corpus is at hand. */
function corpus(name: 'modbus' | 'protobuf', isWanted: (one: Case) => boolean): readonly Uint8Array[] {
  const folder = conformancePath('hoymiles');
  if (folder === null) return [];
  return readdirSync(join(folder, name))
    .filter((file) => file.endsWith('.json'))
    .map((file): Case => JSON.parse(readFileSync(join(folder, name, file), 'utf8')))
    .filter(isWanted)
    .map(({ hex = '' }) => bytesOf(hex));
}
