import { hexNumber } from './hex.ts';

/** Who sends a telegram (EN 13757-3, 5.4); a short header tells only the last three. */
export interface TelegramHeader {
  /** Eight digits, most significant first; text because leading zeros and hexadecimal digits occur. */
  readonly id?: string;
  /** Three letters. */
  readonly manufacturer?: string;
  readonly version?: number;
  readonly medium?: number;
  /** Counts the answers of the meter, wraps at 255. */
  readonly accessNumber: number;
  readonly status: number;
  /** Configuration word: how the telegram is encrypted. */
  readonly signature: number;
}

export const LONG_HEADER = 12;
export const SHORT_HEADER = 4;
/** Where the access number is in the long one. */
export const ACCESS_NUMBER = 8;

/** @param at where the 12 bytes are; the caller knows that they are there */
export function longHeader(bytes: Uint8Array, at: number, isMsbFirst: boolean): TelegramHeader {
  return {
    id: hexNumber(bytes, at, at + 4, isMsbFirst),
    manufacturer: manufacturerLetters(word(bytes, at + 4, isMsbFirst)),
    version: bytes[at + 6]!,
    medium: bytes[at + 7]!,
    accessNumber: bytes[at + ACCESS_NUMBER]!,
    status: bytes[at + 9]!,
    signature: word(bytes, at + 10, isMsbFirst),
  };
}

/** @param at where the 4 bytes are; the caller knows that they are there */
export function shortHeader(bytes: Uint8Array, at: number): TelegramHeader {
  return {
    accessNumber: bytes[at]!,
    status: bytes[at + 1]!,
    signature: word(bytes, at + 2, false),
  };
}

/** Five bits each, A is 1; bit 15 tells whether the address is unique worldwide. */
function manufacturerLetters(code: number): string {
  return String.fromCharCode(64 + ((code >> 10) & 0x1f), 64 + ((code >> 5) & 0x1f), 64 + (code & 0x1f));
}

/** The number of three letters, @ to _. */
export function manufacturerCode(letters: string): number {
  return Array.from(letters).reduce((code, letter) => (code << 5) | (letter.charCodeAt(0) & 0x1f), 0);
}

function word(bytes: Uint8Array, at: number, isMsbFirst: boolean): number {
  return isMsbFirst ? (bytes[at]! << 8) | bytes[at + 1]! : bytes[at]! | (bytes[at + 1]! << 8);
}
