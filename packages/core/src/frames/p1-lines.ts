import { hexDigit } from '../codec/index.ts';
import type { StreamState } from './scan.ts';

// The lines that telegrams begin and end with, and what else tells whether one is whole.

export const LF = 0x0a;
export const CR = 0x0d;
export const START = 0x2f; // "/"
export const END = 0x21; // "!"
/** Bytes that tell whether a telegram begins: `/` and the three letters of the maker. */
export const START_LENGTH = 4;
const OPEN = 0x28;
const CLOSE = 0x29;

export interface EndLine {
  /** Offset of the `!`. */
  readonly at: number;
  /** Digits of the CRC, 0 to 4. */
  readonly digits: number;
  /** Value of these digits. */
  readonly crc: number;
  /** Offset behind the line. */
  readonly next: number;
}

/** `!`, up to four hex digits, line end; some meters put a NUL before it. Null if it is something else. */
export function endLine(bytes: Uint8Array, bang: number, state: StreamState): EndLine | 'incomplete' | null {
  let at = bang + 1;
  let crc = 0;
  for (; at < bytes.length && at <= bang + 4; at++) {
    const digit = hexDigit(bytes[at]!);
    if (digit < 0) break;
    crc = (crc << 4) | digit;
  }
  const digits = at - bang - 1;
  while (at < bytes.length && bytes[at]! < 0x20 && bytes[at] !== LF) at++;
  if (at >= bytes.length) return state === 'ended' ? { at: bang, digits, crc, next: at } : 'incomplete';
  return bytes[at] === LF ? { at: bang, digits, crc, next: at + 1 } : null;
}

/** The end line of a whole telegram. */
export function lastEndLine(bytes: Uint8Array): EndLine | null {
  const bang = bytes.lastIndexOf(END);
  if (bang < 1 || bytes[bang - 1] !== LF) return null;
  const end = endLine(bytes, bang, 'ended');
  return end === 'incomplete' ? null : end;
}

/** Offset of the next `!` at a line start, at or after `from`; -1 if there is none. */
export function nextBang(bytes: Uint8Array, from: number): number {
  let at = from;
  while (at >= 0 && (bytes[at] !== END || bytes[at - 1] !== LF)) {
    // To the next line byte by byte: in a storm of `!`, a call for each would cost more than the look.
    while (at < bytes.length && bytes[at] !== LF) at++;
    at = at + 1 < bytes.length && bytes[at + 1] === END ? at + 1 : bytes.indexOf(END, at);
  }
  return at;
}

/** Is there a `/` and three letters or digits? */
export function isStart(bytes: Uint8Array, at: number): boolean {
  return (
    bytes[at] === START &&
    at + 3 < bytes.length &&
    isAlphanumeric(bytes[at + 1]!) &&
    isAlphanumeric(bytes[at + 2]!) &&
    isAlphanumeric(bytes[at + 3]!)
  );
}

/** Offset of the next start at or after `from`, or of a `/` too close to the end to tell; -1 if there is none. */
export function nextStart(bytes: Uint8Array, from: number): number {
  const first = bytes[from] === START ? from : bytes.indexOf(START, from);
  if (first < 0) return -1;
  let at = first;
  for (const last = bytes.length - START_LENGTH; at <= last; at++) if (isStart(bytes, at)) return at;
  for (; at < bytes.length; at++) if (bytes[at] === START && couldStart(bytes, at)) return at;
  return -1;
}

function couldStart(bytes: Uint8Array, at: number): boolean {
  for (let next = at + 1; next < bytes.length; next++) if (!isAlphanumeric(bytes[next]!)) return false;
  return true;
}

/** The last start in `bytes[from, to)` that looks like a full header line, else the last at a line start, else -1. */
export function lastHeader(bytes: Uint8Array, from: number, to: number): number {
  let atLineStart = -1;
  let clean = true;
  for (let at = to - 1; at >= from; at--) {
    const byte = bytes[at]!;
    // Most of a telegram are digits, which are above all that counts here.
    if (byte > START) continue;
    if (byte === LF) clean = true;
    else if (byte === OPEN || byte === CLOSE) clean = false;
    else if (byte === START) {
      const isHeader = clean && isBaudId(bytes[at + 4]);
      const isFirst = atLineStart < 0 && (at === 0 || bytes[at - 1] === LF);
      if (!(isHeader || isFirst) || !isStart(bytes, at)) continue;
      if (isHeader) return at;
      atLineStart = at;
    }
  }
  return atLineStart;
}

/** Does a whole header line begin at `at` and end before `to`? All of it is text. */
export function isHeaderLine(bytes: Uint8Array, at: number, to: number): boolean {
  if (!isStart(bytes, at) || !isBaudId(bytes[at + 4])) return false;
  for (let next = at + 5; next < to; next++) {
    if (bytes[next] === LF) return true;
    if (bytes[next]! < 0x20 && bytes[next] !== CR) return false;
  }
  return false;
}

/** Does an object line, or what is left of one, begin in `bytes[0, to)`? */
export function holdsObject(bytes: Uint8Array, to: number): boolean {
  for (let at = 0; at < to; at++) if (bytes[at] === OPEN) return true;
  return false;
}

// Objects that only meters send which also send a CRC, so that without one the telegram was cut short.
const WITH_CRC = ['1-3:0.2.8(', '0-0:96.1.4(', '0-0:1.0.0('].map((text) =>
  Uint8Array.from(text, (c) => c.charCodeAt(0)),
);

/** DSMR 2.2 meters without end line exist: is this a telegram of one, with each of its lines complete? */
export function isWholeWithoutEnd(bytes: Uint8Array, length: number): boolean {
  if (bytes[length - 1] !== LF || !isBaudId(bytes[4])) return false;
  let objects = 0;
  for (let from = bytes.indexOf(LF) + 1; from > 0 && from < length; ) {
    const lineEnd = bytes.indexOf(LF, from);
    const to = bytes[lineEnd - 1] === CR ? lineEnd - 1 : lineEnd;
    if (to > from) {
      if (bytes[to - 1] !== CLOSE || WITH_CRC.some((prefix) => startsWith(bytes, from, prefix))) return false;
      objects++;
    }
    from = lineEnd + 1;
  }
  return objects >= 3;
}

/** Is each line in `bytes[from, to)` an object line, or the value on a line of its own that DSMR 2.2 has? */
export function areObjectLines(bytes: Uint8Array, from: number, to: number): boolean {
  for (let line = from; line < to; ) {
    if (!isObjectLine(bytes, line, to)) return false;
    const lineEnd = bytes.indexOf(LF, line);
    if (lineEnd < 0) return true;
    line = lineEnd + 1;
  }
  return true;
}

/** Groups in brackets up to the line end, with a code in front of the first, or nothing. An empty line is one, too. */
function isObjectLine(bytes: Uint8Array, from: number, to: number): boolean {
  let isOpen = false;
  let groups = 0;
  let at = from;
  for (; at < to && bytes[at] !== LF && bytes[at] !== CR; at++) {
    const byte = bytes[at]!;
    if (byte === OPEN || byte === CLOSE) {
      if (isOpen === (byte === OPEN)) return false;
      isOpen = !isOpen;
      groups++;
    } else if (!isOpen && groups > 0) return false;
    else if (!isOpen && !isCodeByte(byte)) return false;
  }
  return !isOpen && (groups > 0 || at === from);
}

/** `1-0:1.8.1*255`. */
function isCodeByte(byte: number): boolean {
  return byte >= 0x2a && byte <= 0x3a && byte !== 0x2b && byte !== 0x2c && byte !== START;
}

function startsWith(bytes: Uint8Array, at: number, prefix: Uint8Array): boolean {
  return prefix.every((byte, index) => bytes[at + index] === byte);
}

/** A digit (IEC 62056-21, 6.3.1); `-` is sent by heat readers of Dutch district heating. */
function isBaudId(byte: number | undefined): boolean {
  return byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || byte === 0x2d);
}

function isAlphanumeric(byte: number): boolean {
  return (byte >= 0x30 && byte <= 0x39) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a);
}
