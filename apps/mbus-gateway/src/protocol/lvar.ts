import { latin1 } from '@meterbridge/core/codec';
import { hexNumber } from './hex.ts';
import type { RecordHead } from './record-head.ts';
import { numberValue, type RecordValue, textValue, unusableValue } from './value.ts';

/** First codes of the kinds of data of variable length (EN 13757-3, table 5). */
const POSITIVE = 0xc0;
const NEGATIVE = 0xd0;
const BINARY = 0xe0;
const LONG_BINARY = 0xf0;
const MOST_DIGIT_BYTES = 9;

/** Bytes behind an LVAR byte; null for reserved ones. */
export function variableLength(lvar: number): number | null {
  if (lvar < POSITIVE) return lvar;
  const low = lvar & 0x0f;
  if (lvar < BINARY) return low > MOST_DIGIT_BYTES ? null : low;
  if (lvar < LONG_BINARY) return low;
  if (low <= 4) return 4 * (lvar - 0xec);
  return low === 5 ? 48 : low === 6 ? 64 : null;
}

/** Value of data of variable length: a text, a number in BCD, or a binary number as hexadecimal text. */
export function variableValue(
  head: RecordHead,
  lvar: number,
  data: Uint8Array,
  isMsbFirst: boolean,
): RecordValue {
  if (lvar < POSITIVE) return textValue(latin1(isMsbFirst ? data : data.toReversed()));
  const digits = hexNumber(data, 0, data.length, isMsbFirst);
  if (lvar >= BINARY) return textValue(digits, 'hex');
  if (!/^\d+$/.test(digits)) return unusableValue(digits);
  if (head.isDigits) return textValue(digits);
  const amount = BigInt(lvar < NEGATIVE ? digits : `-${digits}`);
  const raw = Number(amount);
  return numberValue(head, Number.isSafeInteger(raw) ? raw : amount);
}
