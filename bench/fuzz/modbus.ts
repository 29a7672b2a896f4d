import {
  decodeMbap,
  decodeRtu,
  encodeMbap,
  encodeRtu,
  FrameSplitter,
  rtuScanner,
  scanMbap,
} from '@meterbridge/core/frames';
import { encodeBlock, FIRST_BLOCK } from '../../apps/hoymiles-bridge/src/protocol/block.ts';
import { decodeBlocks } from '../../apps/hoymiles-bridge/src/protocol/block-map.ts';
import { answerData, readRequest } from '../../apps/hoymiles-bridge/src/protocol/pdu.ts';
import { crcReflected, wronglyTaken } from './checks.ts';
import { verdicts } from './frames.ts';
import { simulatedPlant } from './plant.ts';
import type { Target } from './target.ts';

const LIMIT = 260;
const BLOCKS = 6;
const UNIT = 1;
const READ = 0x03;
const ENVELOPE = 7;
const data = Uint8Array.from(
  simulatedPlant()
    .slice(0, BLOCKS)
    .flatMap((block) => [...encodeBlock(block)]),
);
const request = readRequest(FIRST_BLOCK, data.length / 2);
const pdu = Uint8Array.of(READ, data.length, ...data);
const signs = Uint8Array.of(UNIT, READ, 0x83, 0x04, 0, 0xff, 0x0c, 0x10, 0x80, 0xf0);

/** Answers of a DTU on TCP: nothing guards their bytes, so that only their form can be refused. */
export function modbusTcpTarget(): Target {
  const splitter = new FrameSplitter(scanMbap, LIMIT);
  const take = (bytes: Uint8Array): void => takePdu(decodeMbap(bytes).pdu);
  return {
    name: 'Modbus TCP',
    isStream: true,
    pool: [encodeMbap({ transaction: 1, unit: UNIT, pdu })],
    signs,
    repaired(bytes) {
      const length = Math.min(254, bytes.length - ENVELOPE + 1);
      return Uint8Array.of(0, 1, 0, 0, length >>> 8, length & 0xff, ...bytes.subarray(ENVELOPE - 1));
    },
    push: (chunk) => verdicts(splitter.push(chunk), take),
    end: () => verdicts(splitter.end(), take),
  };
}

/** The same on a serial line. */
export function modbusRtuTarget(): Target {
  const splitter = new FrameSplitter(
    rtuScanner(() => pdu.length),
    LIMIT,
  );
  const take = (bytes: Uint8Array): void => {
    const frame = decodeRtu(bytes);
    if (crcReflected(bytes, 0xffff) !== 0) throw wronglyTaken('a Modbus frame with a wrong CRC', bytes);
    takePdu(frame.pdu);
  };
  return {
    name: 'Modbus RTU',
    isStream: true,
    pool: [encodeRtu({ address: UNIT, pdu })],
    signs,
    repaired(bytes) {
      const body = bytes.subarray(0, -2);
      const crc = crcReflected(body, 0xffff);
      return Uint8Array.of(...body, crc & 0xff, crc >>> 8);
    },
    push: (chunk) => verdicts(splitter.push(chunk), take),
    end: () => verdicts(splitter.end(), take),
  };
}

function takePdu(answer: Uint8Array): void {
  for (const port of decodeBlocks(answerData(request, answer)).ports) String(port.pvPower);
}
