import { BridgeError } from '../errors/index.ts';

/**
 * Bytes of a hexadecimal text; white space between digits has no meaning.
 * @throws BridgeError frame/malformed for anything else
 */
export function bytesOf(hex: string): Uint8Array {
  const digits = hex.replace(/\s+/g, '');
  if (!/^(?:[0-9a-fA-F]{2})*$/.test(digits)) {
    throw new BridgeError('frame/malformed', 'not an even number of hexadecimal digits');
  }
  const bytes = new Uint8Array(digits.length / 2);
  for (let at = 0; at < bytes.length; at++) bytes[at] = Number.parseInt(digits.slice(2 * at, 2 * at + 2), 16);
  return bytes;
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Lower-case hexadecimal text of bytes. */
export function hexOf(bytes: Uint8Array, separator = ''): string {
  return Array.from(bytes, (byte) => HEX[byte]!).join(separator);
}

const DIGIT_VALUES = Int8Array.from({ length: 256 }, (_, byte) =>
  '0123456789abcdef'.indexOf(String.fromCharCode(byte).toLowerCase()),
);

/** Value of a hexadecimal digit in ASCII, or -1 for any other byte. */
export function hexDigit(byte: number): number {
  return DIGIT_VALUES[byte]!;
}

/** The unsigned 16-bit number at `at`, high byte first. */
export function u16(bytes: Uint8Array, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** The signed 16-bit number at `at`, high byte first. */
export function i16(bytes: Uint8Array, at: number): number {
  return (u16(bytes, at) << 16) >> 16;
}

/** The unsigned 32-bit number at `at`, high byte first. */
export function u32(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x10000 + u16(bytes, at + 2);
}

/** The unsigned 48-bit number at `at`, high byte first. */
export function u48(bytes: Uint8Array, at: number): number {
  return u16(bytes, at) * 0x100000000 + u32(bytes, at + 2);
}

/** Text of `bytes[from, to)`, one character a byte: no byte is invalid in Latin-1. */
export function latin1(bytes: Uint8Array, from = 0, to = bytes.length): string {
  const codes = new Array<number>(to - from);
  for (let at = from; at < to; at++) codes[at - from] = bytes[at]!;
  return textOf(codes);
}

/** Codes that one call takes: it passes them on the stack. */
const AT_ONCE = 4096;

/** Text of character codes. A few calls for all of it: characters appended one by one would make a tree of strings. */
export function textOf(codes: readonly number[]): string {
  if (codes.length <= AT_ONCE) return String.fromCharCode(...codes);
  let text = '';
  for (let at = 0; at < codes.length; at += AT_ONCE)
    text += String.fromCharCode(...codes.slice(at, at + AT_ONCE));
  return text;
}

/** Bytes of a text whose characters are all below U+0100. */
export function latin1Bytes(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** Text of UTF-8 bytes, or null if they are not well-formed UTF-8 (RFC 3629, section 4). */
export function utf8(bytes: Uint8Array): string | null {
  try {
    return decodeURIComponent(Array.from(bytes, (byte) => `%${HEX[byte]}`).join(''));
  } catch {
    return null;
  }
}
