import { bytesOf } from '@meterbridge/core/codec';
import {
  decodeMbap,
  decodeRtu,
  encodeMbap,
  encodeRtu,
  FrameSplitter,
  rtuScanner,
  scanMbap,
} from '@meterbridge/core/frames';
import type { Link } from '@meterbridge/core/transport';
import { BLOCK_BYTES, encodeBlock, FIRST_BLOCK } from '../protocol/block.ts';
import { BLOCK_MAPS } from '../protocol/block-map.ts';
import { addressOf, DTU_SERIAL, quantityOf } from '../protocol/pdu.ts';
import type { Faults } from './faults.ts';
import { encodeChannel, silent } from './modbus-blocks.ts';
import { readControls, writtenControl } from './modbus-controls.ts';
import type { SimulatedPlant } from './plant.ts';

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const LIMIT = 260;

export interface ModbusServerSettings {
  readonly plant: SimulatedPlant;
  readonly faults: Faults;
  readonly framing: 'tcp' | 'rtu-over-tcp';
  readonly addressing?: keyof typeof BLOCK_MAPS;
  readonly now: () => number;
  /** Each request. */
  readonly onRequest?: (pdu: Uint8Array) => void;
}

/** Answers one client as the Modbus side of a DTU does, until it leaves. */
export async function serveModbus(
  link: Link,
  settings: ModbusServerSettings,
  signal: AbortSignal,
): Promise<void> {
  const { faults, framing } = settings;
  const isTcp = framing === 'tcp';
  // Requests have 8 bytes on RTU, whatever their function.
  const splitter = new FrameSplitter(isTcp ? scanMbap : rtuScanner(() => 5), LIMIT);
  for (;;) {
    const chunk = await link.read({ timeoutMs: 60_000, signal });
    for (const { error, bytes } of chunk ? splitter.push(chunk) : []) {
      if (error) return;
      const { envelope, pdu } = isTcp ? tcpEnvelope(bytes) : rtuEnvelope(bytes);
      settings.onRequest?.(pdu);
      const answer = answerOf(pdu, settings);
      if (faults.strikes('silence')) continue;
      if (faults.strikes('close')) return;
      if (faults.strikes('stale')) await link.write(envelope(answer, -1), { timeoutMs: 1_000, signal });
      await link.write(faults.damaged(envelope(answer, 0)), { timeoutMs: 1_000, signal });
    }
  }
}

interface Enveloped {
  readonly pdu: Uint8Array;
  /** @param shift of the transaction number: answers that come late have an older one */
  readonly envelope: (answer: Uint8Array, shift: number) => Uint8Array;
}

function tcpEnvelope(bytes: Uint8Array): Enveloped {
  const { transaction, unit, pdu } = decodeMbap(bytes);
  const envelope = (answer: Uint8Array, shift: number): Uint8Array =>
    encodeMbap({ transaction: (transaction + shift) & 0xffff, unit, pdu: answer });
  return { pdu, envelope };
}

function rtuEnvelope(bytes: Uint8Array): Enveloped {
  const { address, pdu } = decodeRtu(bytes);
  return { pdu, envelope: (answer) => encodeRtu({ address, pdu: answer }) };
}

function answerOf(request: Uint8Array, settings: ModbusServerSettings): Uint8Array {
  const code = request[0]!;
  if (code === 0x05) return writtenControl(request, settings);
  if (code === 0x01) return readControls(request, settings.plant);
  if (code !== 0x03) return Uint8Array.of(code | 0x80, ILLEGAL_FUNCTION);
  const [address, quantity] = [addressOf(request), quantityOf(request)];
  if (quantity > BLOCK_BYTES / 2 && settings.faults.strikes('narrow'))
    return Uint8Array.of(code | 0x80, ILLEGAL_ADDRESS);
  if (address === FIRST_BLOCK && settings.faults.strikes('not-ready')) return Uint8Array.of(code, 0);
  const data = memoryAt(address, 2 * quantity, settings);
  const count = settings.faults.strikes('byte-count') ? 0xff : data.length;
  return Uint8Array.of(code, count, ...data);
}

function memoryAt(address: number, length: number, settings: ModbusServerSettings): Uint8Array {
  const { plant, now, faults, addressing = 'byte' } = settings;
  const data = new Uint8Array(length);
  if (address === DTU_SERIAL) {
    data.set(bytesOf(plant.dtuSerial).subarray(0, length));
    return data;
  }
  const { first, step, bytes: size } = BLOCK_MAPS[addressing];
  const blocks = plant.at(now());
  for (let at = 0; at + size <= length; at += size) {
    const block = blocks[(address - first) / step + at / size];
    if (!block) continue;
    // The inverter did not answer the radio: its serial number stays.
    const told = faults.strikes('zeros') ? silent(block) : block;
    data.set(addressing === 'newer' ? encodeChannel(told) : encodeBlock(told), at);
  }
  return data;
}
