import { sum8 } from '../codec/index.ts';
import { BridgeError, type ErrorCode } from '../errors/index.ts';
import type { Scan, StreamState } from './scan.ts';

/** A frame of format class FT 1.2 (EN 13757-2, 5.4): single character, short, control or long frame. */
export type MbusFrame = MbusAck | MbusShort | MbusLong;

export interface MbusAck {
  readonly type: 'ack';
}

export interface MbusShort {
  readonly type: 'short';
  /** Control field: direction, frame count bit and function. */
  readonly c: number;
  /** Address field. */
  readonly a: number;
}

export interface MbusLong {
  /** A control frame is a long frame without data. */
  readonly type: 'control' | 'long';
  readonly c: number;
  readonly a: number;
  /** Control information: what the data are. */
  readonly ci: number;
  /** Up to 252 bytes. */
  readonly data: Uint8Array;
}

const ACK = 0xe5;
const SHORT = 0x10;
const LONG = 0x68;
const STOP = 0x16;
const SHORT_LENGTH = 5;
/** Start, length, length, start; checksum and stop at the end. */
const LONG_HEAD = 4;
const LONG_FRAMING = 6;
/** C, A and CI: what the length field counts besides the data. */
const LEAST_L = 3;

/** The longest frame: L is one byte. */
export const MBUS_LIMIT = 261;

/** What can be wrong with a frame, in the order of the checks. */
const FAULTS = {
  empty: 'frame/truncated',
  bad_start: 'frame/malformed',
  incomplete: 'frame/truncated',
  length_mismatch: 'frame/malformed',
  invalid_length: 'frame/malformed',
  trailing_data: 'frame/malformed',
  bad_stop: 'frame/malformed',
  bad_checksum: 'frame/checksum',
} as const satisfies Record<string, ErrorCode>;

export type MbusFault = keyof typeof FAULTS;

/**
 * What is wrong with bytes that should be one frame; null if nothing is.
 * @param from where the frame begins
 */
export function mbusFault(bytes: Uint8Array, from = 0, to = bytes.length): MbusFault | null {
  if (from >= to) return 'empty';
  const fault = headFault(bytes, from, to);
  if (fault) return fault;
  const length = lengthOf(bytes, from);
  if (to - from < length) return 'incomplete';
  if (to - from > length) return 'trailing_data';
  if (length === 1) return null;
  const end = to - 1;
  if (bytes[end] !== STOP) return 'bad_stop';
  const first = from + (bytes[from] === LONG ? LONG_HEAD : 1);
  return sum8(bytes, first, end - 1) === bytes[end - 1] ? null : 'bad_checksum';
}

/** Length of the frame that begins at `from` if one is there, whole and sound; else 0. */
export function mbusLengthAt(bytes: Uint8Array, from: number): number {
  if (headFault(bytes, from, bytes.length)) return 0;
  const length = lengthOf(bytes, from);
  return from + length <= bytes.length && mbusFault(bytes, from, from + length) === null ? length : 0;
}

/** Finds the next frame in a stream. After a defect one byte is dropped: the real start may be the next one. */
export function scanMbus(bytes: Uint8Array, _resume: number, state: StreamState): Scan {
  const fault = headFault(bytes, 0, bytes.length);
  if (fault === 'incomplete') return state === 'ended' ? lost(bytes, 'incomplete') : awaiting(LONG_HEAD);
  if (fault === 'bad_start' && bytes[0] !== LONG) return { kind: 'skip', count: nextStart(bytes) };
  if (fault) return lost(bytes, fault);
  const length = lengthOf(bytes, 0);
  if (bytes.length < length) return state === 'ended' ? lost(bytes, 'incomplete') : awaiting(length);
  const defect = mbusFault(bytes, 0, length);
  return defect ? lost(bytes, defect) : { kind: 'frame', length };
}

/**
 * Takes one frame apart; its data are a view of `bytes`.
 * @throws BridgeError frame/truncated, frame/malformed, frame/checksum; the fact `fault` tells which check failed
 */
export function decodeMbus(bytes: Uint8Array): MbusFrame {
  const fault = mbusFault(bytes);
  if (fault) {
    const what = `M-Bus frame of ${bytes.length} bytes: ${fault.replace('_', ' ')}`;
    throw new BridgeError(FAULTS[fault], what, { facts: { fault } });
  }
  if (bytes[0] === ACK) return { type: 'ack' };
  if (bytes[0] === SHORT) return { type: 'short', c: bytes[1]!, a: bytes[2]! };
  const data = bytes.subarray(LONG_HEAD + LEAST_L, bytes.length - 2);
  const type = data.length === 0 ? 'control' : 'long';
  return { type, c: bytes[4]!, a: bytes[5]!, ci: bytes[6]!, data };
}

/** @throws RangeError for more than 252 bytes of data */
export function encodeMbus(frame: MbusFrame): Uint8Array {
  if (frame.type === 'ack') return Uint8Array.of(ACK);
  if (frame.type === 'short') {
    return Uint8Array.of(SHORT, frame.c, frame.a, (frame.c + frame.a) & 0xff, STOP);
  }
  const l = LEAST_L + frame.data.length;
  if (l > 0xff) throw new RangeError(`${frame.data.length} bytes do not fit into an M-Bus frame`);
  const bytes = new Uint8Array(l + LONG_FRAMING);
  bytes.set([LONG, l, l, LONG, frame.c, frame.a, frame.ci]);
  bytes.set(frame.data, LONG_HEAD + LEAST_L);
  bytes[l + LONG_HEAD] = sum8(bytes, LONG_HEAD, l + LONG_HEAD);
  bytes[l + LONG_HEAD + 1] = STOP;
  return bytes;
}

/** What is wrong with the beginning of a frame, as far as it is there. */
function headFault(bytes: Uint8Array, from: number, to: number): MbusFault | null {
  const start = bytes[from];
  if (start === ACK || start === SHORT) return null;
  if (start !== LONG) return 'bad_start';
  const seen = to - from;
  if (seen > 2 && bytes[from + 1] !== bytes[from + 2]) return 'length_mismatch';
  if (seen > 2 && bytes[from + 1]! < LEAST_L) return 'invalid_length';
  if (seen > 3 && bytes[from + 3] !== LONG) return 'bad_start';
  return seen < LONG_HEAD ? 'incomplete' : null;
}

/** Only for a sound head. */
function lengthOf(bytes: Uint8Array, from: number): number {
  const start = bytes[from];
  return start === ACK ? 1 : start === SHORT ? SHORT_LENGTH : bytes[from + 1]! + LONG_FRAMING;
}

function nextStart(bytes: Uint8Array): number {
  let at = 1;
  while (at < bytes.length && bytes[at] !== LONG && bytes[at] !== SHORT && bytes[at] !== ACK) at++;
  return at;
}

function lost(bytes: Uint8Array, fault: MbusFault): Scan {
  return { kind: 'skip', count: nextStart(bytes), error: FAULTS[fault] };
}

function awaiting(need: number): Scan {
  return { kind: 'more', resume: 0, need };
}
