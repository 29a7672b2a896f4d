import { Decimal, hexDigit, latin1, textOf, utf8 } from '@meterbridge/core/codec';
import { CLOSE, closeBracket, OPEN } from './brackets.ts';
import type { ObjectValue } from './object.ts';
import { isSpelled, parseUnit } from './unit.ts';

const STAR = 0x2a;
const MINUS = 0x2d;
const POINT = 0x2e;

/** Where a parsed number goes. Filled in place: a telegram has dozens of them. */
export interface Quantity {
  value: ObjectValue;
  /** In its usual spelling; null without one. */
  unit: string | null;
}

/** Digits that fit a double exactly whatever they are. */
const SAFE_DIGITS = 15;

/**
 * Reads `(number)` or `(number*unit)` at `from`. A number is an optional minus, digits, and an optional point with
 * digits: no comma, no exponent, no blanks.
 * @param expectedUnit tried first, because nearly always right
 * @returns the offset behind the bracket; -1 if it is anything else
 */
export function readQuantity(
  bytes: Uint8Array,
  from: number,
  limit: number,
  expectedUnit: string | null,
  into: Quantity,
): number {
  const first = bytes[from + 1] === MINUS ? from + 2 : from + 1;
  let mantissa = 0;
  let at = first;
  for (; isDigit(bytes[at]!); at++) mantissa = mantissa * 10 + bytes[at]! - 0x30;
  if (at === first || bytes[from] !== OPEN) return -1;
  let decimals = 0;
  if (bytes[at] === POINT) {
    const point = at++;
    for (; isDigit(bytes[at]!); at++) mantissa = mantissa * 10 + bytes[at]! - 0x30;
    decimals = at - point - 1;
    if (decimals === 0) return -1;
  }
  const end = readUnit(bytes, at, limit, expectedUnit, into);
  if (end < 0) return -1;
  if (at - first > SAFE_DIGITS) into.value = Decimal.parse(latin1(bytes, from + 1, at));
  else into.value = new Decimal(first === from + 2 && mantissa !== 0 ? -mantissa : mantissa, decimals);
  return end;
}

/** Reads `)` or `*unit)` at `from`. */
function readUnit(
  bytes: Uint8Array,
  from: number,
  limit: number,
  expected: string | null,
  into: Quantity,
): number {
  if (bytes[from] === CLOSE) {
    into.unit = null;
    return from + 1;
  }
  if (bytes[from] !== STAR) return -1;
  if (
    expected !== null &&
    bytes[from + 1 + expected.length] === CLOSE &&
    isSpelled(bytes, from + 1, expected)
  ) {
    into.unit = expected;
    return from + expected.length + 2;
  }
  return readOtherUnit(bytes, from + 1, limit, into);
}

function readOtherUnit(bytes: Uint8Array, from: number, limit: number, into: Quantity): number {
  const close = closeBracket(bytes, from, limit);
  if (close <= from) return -1;
  into.unit = parseUnit(bytes, from, close);
  return close + 1;
}

function isDigit(byte: number): boolean {
  return byte >= 0x30 && byte <= 0x39;
}

/** Text in `bytes[from, to)`, null if empty. */
export function parseText(bytes: Uint8Array, from: number, to: number): string | null {
  return from === to ? null : latin1(bytes, from, to);
}

/**
 * Octet string in `bytes[from, to)`: hex digits become the text they stand for where they stand for one that can be
 * read (padding of 00, FF and blanks removed); meters that print plain text are taken at their word.
 */
export function parseOctets(bytes: Uint8Array, from: number, to: number): string | null {
  if (from === to) return null;
  let end = (to - from) % 2 === 0 ? to : from;
  while (end > from && isPadding(octetAt(bytes, end - 2))) end -= 2;
  const octets = new Array<number>((end - from) / 2);
  let isAscii = true;
  for (let at = 0; at < octets.length; at++) {
    const octet = octetAt(bytes, from + 2 * at);
    if (octet < 0x20 || octet === 0x7f) return latin1(bytes, from, to);
    if (octet > 0x7f) isAscii = false;
    octets[at] = octet;
  }
  if (octets.length > 0) return isAscii ? textOf(octets) : (readableUtf8(octets) ?? latin1(bytes, from, to));
  // Nothing but zeros is how an identifier looks that was never set: it is kept apart from one that was not sent.
  const raw = latin1(bytes, from, to);
  return end === to || (to - from) % 2 !== 0 || /^0*$/.test(raw) ? raw : null;
}

/** A text message: as an octet string, but zeros alone are no message, too. */
export function parseMessage(bytes: Uint8Array, from: number, to: number): string | null {
  const text = parseOctets(bytes, from, to);
  return text === null || /^(?:00)+$/.test(text) ? null : text;
}

function readableUtf8(octets: readonly number[]): string | null {
  const text = utf8(Uint8Array.from(octets));
  return text === null || /[\u0080-\u009f]/.test(text) ? null : text;
}

/** The octet whose two hex digits are at `at`; negative if they are not hex digits. */
function octetAt(bytes: Uint8Array, at: number): number {
  return (hexDigit(bytes[at]!) << 4) | hexDigit(bytes[at + 1]!);
}

function isPadding(octet: number): boolean {
  return octet === 0x00 || octet === 0xff || octet === 0x20;
}
