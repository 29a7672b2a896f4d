import { u16 } from '../codec/index.ts';
import { BridgeError } from '../errors/index.ts';
import type { ScanFrame } from './scan.ts';

const HEADER = 7;
/** Unit id and function code at least, unit id and 253 bytes of PDU at most (Modbus Messaging on TCP/IP V1.0b, 3.1.3). */
const SHORTEST = 2;
const LONGEST = 254;

/** A Modbus message on TCP: what MBAP calls an application data unit. */
export interface MbapFrame {
  readonly transaction: number;
  readonly unit: number;
  /** Function code and what follows it. */
  readonly pdu: Uint8Array;
}

/**
 * Finds frames by their length field. Nothing marks a beginning: behind an impossible header each byte is tried, and
 * whoever wants to be sure opens a new connection.
 */
export const scanMbap: ScanFrame = (bytes, _resume, state) => {
  if (bytes.length >= HEADER - 1) {
    if (!isHeader(bytes)) return { kind: 'skip', count: 1, error: 'frame/malformed' };
    const size = HEADER - 1 + u16(bytes, 4);
    if (bytes.length >= size) return { kind: 'frame', length: size };
    if (state !== 'ended') return { kind: 'more', resume: 0, need: size };
  } else if (state !== 'ended') return { kind: 'more', resume: 0, need: HEADER - 1 };
  return { kind: 'skip', count: bytes.length, error: 'frame/truncated' };
};

/** @throws BridgeError frame/malformed, frame/truncated */
export function decodeMbap(bytes: Uint8Array): MbapFrame {
  if (bytes.length < HEADER - 1)
    throw new BridgeError('frame/truncated', `Modbus TCP frame of ${bytes.length} bytes`);
  if (!isHeader(bytes)) throw new BridgeError('frame/malformed', 'this is no Modbus TCP header');
  const size = HEADER - 1 + u16(bytes, 4);
  if (bytes.length < size)
    throw new BridgeError('frame/truncated', `Modbus TCP frame of ${size} bytes ends after ${bytes.length}`);
  return { transaction: u16(bytes, 0), unit: bytes[6]!, pdu: bytes.subarray(HEADER, size) };
}

export function encodeMbap({ transaction, unit, pdu }: MbapFrame): Uint8Array {
  const bytes = new Uint8Array(HEADER + pdu.length);
  const view = new DataView(bytes.buffer);
  view.setUint16(0, transaction);
  view.setUint16(4, pdu.length + 1);
  view.setUint8(6, unit);
  bytes.set(pdu, HEADER);
  return bytes;
}

function isHeader(bytes: Uint8Array): boolean {
  const length = u16(bytes, 4);
  return u16(bytes, 2) === 0 && length >= SHORTEST && length <= LONGEST;
}
