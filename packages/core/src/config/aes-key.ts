import type { z } from 'zod';
import { secret } from './schema.ts';

const KEY = 'must be a key of 32 hexadecimal digits';
const DIGITS = /^(?:0x)?([0-9a-f]{32})$/i;

/** A key of AES-128. Kept as text, so that it can be printed as a secret; {@link parseAesKey} makes bytes of it. */
export function aesKey(): z.ZodString {
  return secret().refine((text) => parseAesKey(text) !== null, { error: KEY });
}

/** Key of AES-128 in hexadecimal, 0x in front and white space as they come; null for any other text. */
export function parseAesKey(text: string): Uint8Array | null {
  const [, digits] = DIGITS.exec(text.replace(/\s+/g, '')) ?? [];
  return digits === undefined ? null : Uint8Array.from(Buffer.from(digits, 'hex'));
}
