const INT_32 = 2 ** 32;

/**
 * Integer of 1, 2, 3, 4, 6 or 8 bytes, least significant first (EN 13757-3, annex A, types B, C and D); a bigint
 * where a number cannot hold it. Null for the value that means "invalid": the most negative one of type B, all ones
 * of type C.
 */
export function readInteger(
  bytes: Uint8Array,
  from: number,
  to: number,
  integers: 'signed' | 'unsigned' | 'flags',
): number | bigint | null {
  const length = to - from;
  if (length > 6) return readInteger64(bytes, from, integers);
  let value = 0;
  let weight = 1;
  for (let at = from; at < to; at++) {
    value += bytes[at]! * weight;
    weight *= 256;
  }
  if (integers === 'flags') return value;
  if (integers === 'unsigned') return value === weight - 1 ? null : value;
  const half = weight / 2;
  if (value < half) return value;
  return value === half ? null : value - weight;
}

function readInteger64(
  bytes: Uint8Array,
  from: number,
  integers: 'signed' | 'unsigned' | 'flags',
): number | bigint | null {
  const low = word(bytes, from);
  const high = word(bytes, from + 4);
  if (integers === 'unsigned' && low === INT_32 - 1 && high === INT_32 - 1) return null;
  const isNegative = integers === 'signed' && high >= INT_32 / 2;
  if (isNegative && low === 0 && high === INT_32 / 2) return null;
  const upper = isNegative ? high - INT_32 : high;
  const value = upper * INT_32 + low;
  return Number.isSafeInteger(value) ? value : BigInt(upper) * BigInt(INT_32) + BigInt(low);
}

function word(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}
