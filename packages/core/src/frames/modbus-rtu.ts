import { CRC16, crc16 } from '../codec/index.ts';
import { BridgeError } from '../errors/index.ts';
import type { Scan, ScanFrame } from './scan.ts';

/** Address, function code and CRC. */
const SHORTEST = 4;
const LONGEST = 256;
const EXCEPTION = 0x80;

/** A Modbus message on a serial line, or behind a transparent serial server. */
export interface RtuFrame {
  readonly address: number;
  /** Function code and what follows it. */
  readonly pdu: Uint8Array;
}

/**
 * Finds answers by their length: the one that is expected, or the one that their byte count tells, whichever has a CRC
 * that fits. Byte counts of some devices are wrong (Hoymiles DTU-Pro), so it takes both to refuse a frame.
 * @param expected bytes of PDU that the answer to the last request has, or null if that is not known
 */
export function rtuScanner(expected: () => number | null = () => null): ScanFrame {
  return (bytes, _resume, state): Scan => {
    const lengths = bytes.length < 3 ? [SHORTEST + 1] : lengthsOf(bytes, expected());
    for (const length of lengths) {
      if (bytes.length >= length && isWhole(bytes.subarray(0, length))) return { kind: 'frame', length };
    }
    const longest = lengths.at(-1)!;
    if (bytes.length >= longest) return { kind: 'skip', count: longest, error: 'frame/checksum' };
    if (state !== 'ended')
      return { kind: 'more', resume: 0, need: lengths.find((one) => one > bytes.length)! };
    // The line fell silent: that is where a frame ends, too (Modbus over serial line V1.02, 2.5.1.1).
    if (isWhole(bytes)) return { kind: 'frame', length: bytes.length };
    return { kind: 'skip', count: bytes.length, error: 'frame/truncated' };
  };
}

/** @throws BridgeError frame/truncated, frame/checksum */
export function decodeRtu(bytes: Uint8Array): RtuFrame {
  if (bytes.length < SHORTEST)
    throw new BridgeError('frame/truncated', `Modbus RTU frame of ${bytes.length} bytes`);
  if (!isWhole(bytes)) throw new BridgeError('frame/checksum', 'the CRC of a Modbus RTU frame does not fit');
  return { address: bytes[0]!, pdu: bytes.subarray(1, -2) };
}

export function encodeRtu({ address, pdu }: RtuFrame): Uint8Array {
  const bytes = new Uint8Array(pdu.length + 3);
  bytes[0] = address;
  bytes.set(pdu, 1);
  const crc = crc16(bytes, CRC16.modbus, 0, pdu.length + 1);
  bytes[pdu.length + 1] = crc & 0xff;
  bytes[pdu.length + 2] = crc >>> 8;
  return bytes;
}

/** The CRC over bytes that end with their own CRC, low byte first, is zero. */
function isWhole(bytes: Uint8Array): boolean {
  return bytes.length >= SHORTEST && crc16(bytes, CRC16.modbus) === 0;
}

/** Lengths that the frame may have, ascending. */
function lengthsOf(bytes: Uint8Array, expected: number | null): readonly number[] {
  const code = bytes[1]!;
  if (code & EXCEPTION) return [5];
  const told = code >= 1 && code <= 4 ? countedLength(bytes) : 8;
  if (expected === null || expected + 3 === told) return [Math.min(told, LONGEST)];
  return [expected + 3, Math.min(told, LONGEST)].sort((one, other) => one - other);
}

/** No answer to functions 1 and 2 has a count of 0: there the count has two bytes (Hoymiles DTU-Pro). */
function countedLength(bytes: Uint8Array): number {
  const isWide = bytes[1]! <= 2 && bytes[2] === 0;
  return isWide ? 6 + (bytes[3] ?? 0) : 5 + bytes[2]!;
}
