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
import { BLOCK_BYTES, encodeBlock } from '../protocol/block.ts';
import { BLOCK_MAPS } from '../protocol/block-map.ts';
import { addressOf, DTU_SERIAL, quantityOf } from '../protocol/pdu.ts';
import type { Faults } from './faults.ts';
import { encodeChannel } from './modbus-blocks.ts';
import { readControls, writtenControl } from './modbus-controls.ts';
import type { SimulatedPlant } from './plant.ts';
import { toldPorts } from './told.ts';
import { writeAnswer } from './writing.ts';

const ILLEGAL_FUNCTION = 1;
const ILLEGAL_ADDRESS = 2;
const BUSY = 6;
/** Who asks faster than this locks a DTU up that does so. */
const PAUSE_MS = 50;
const LIMIT = 260;

export interface ModbusServerSettings {
  readonly plant: SimulatedPlant;
  readonly faults: Faults;
  readonly framing: 'tcp' | 'rtu-over-tcp';
  readonly addressing?: keyof typeof BLOCK_MAPS;
  readonly now: () => number;
  /** Each request. */
  readonly onRequest?: (pdu: Uint8Array) => unknown;
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
  let answeredMs = Number.NEGATIVE_INFINITY;
  let isLockedUp = faults.strikes('deaf');
  for (;;) {
    const chunk = await link.read({ timeoutMs: 60_000, signal });
    for (const { error, bytes } of chunk ? splitter.push(chunk) : []) {
      if (error) return;
      isLockedUp ||= faults.strikes('locks-up') && performance.now() - answeredMs < PAUSE_MS;
      if (isLockedUp) continue;
      const { envelope, pdu } = isTcp ? tcpEnvelope(bytes) : rtuEnvelope(bytes);
      settings.onRequest?.(pdu);
      const answer = answerOf(pdu, settings);
      if (faults.strikes('silence')) continue;
      if (faults.strikes('close')) return;
      if (faults.strikes('stale')) await writeAnswer(link, envelope(answer, -1), faults, signal);
      await writeAnswer(link, faults.damaged(envelope(answer, 0)), faults, signal);
      answeredMs = performance.now();
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
  if (settings.faults.strikes('short')) return Uint8Array.of(code);
  if (settings.faults.strikes('busy')) return Uint8Array.of(code | 0x80, BUSY);
  if (code === 0x05) return writtenControl(request, settings);
  if (code === 0x01) return readControls(request, settings);
  if (code !== 0x03) return Uint8Array.of(code | 0x80, ILLEGAL_FUNCTION);
  const [address, quantity] = [addressOf(request), quantityOf(request)];
  if (quantity > BLOCK_BYTES / 2 && settings.faults.strikes('narrow'))
    return Uint8Array.of(code | 0x80, ILLEGAL_ADDRESS);
  if (address === BLOCK_MAPS[settings.addressing ?? 'byte'].first && settings.faults.strikes('not-ready'))
    return Uint8Array.of(code, 0);
  const isLong = quantity <= BLOCK_BYTES / 2 && settings.faults.strikes('long');
  const data = memoryAt(address, (isLong ? 4 : 2) * quantity, settings);
  const count = settings.faults.strikes('byte-count') ? 0xff : data.length;
  return Uint8Array.of(code, count, ...data);
}

function memoryAt(address: number, length: number, settings: ModbusServerSettings): Uint8Array {
  const { plant, faults, addressing = 'byte' } = settings;
  const data = new Uint8Array(length);
  if (address === DTU_SERIAL) {
    data.set(bytesOf(plant.dtuSerial).subarray(0, length));
    return data;
  }
  const { first, step, bytes: size } = BLOCK_MAPS[addressing];
  const known = toldPorts(settings);
  const blocks = faults.strikes('twins') ? [known[0]!, ...known] : known;
  for (let at = 0; at + size <= length; at += size) {
    const block = blocks[(address - first) / step + at / size];
    if (!block) continue;
    data.set(addressing === 'newer' ? encodeChannel(block) : encodeBlock(block), at);
  }
  return data;
}
