/**
 * Number in packed BCD in `bytes[from, to)`, least significant byte first (EN 13757-3, type A), or null if a nibble is
 * no digit. The highest nibble may be F for a negative number.
 */
export function decodeBcd(bytes: Uint8Array, from = 0, to = bytes.length): number | null {
  let value = 0;
  let negative = false;
  for (let at = to - 1; at >= from; at--) {
    const low = bytes[at]! & 0x0f;
    let high = bytes[at]! >>> 4;
    if (high === 0x0f && at === to - 1) {
      negative = true;
      high = 0;
    }
    if (high > 9 || low > 9) return null;
    value = value * 100 + high * 10 + low;
  }
  return negative && value !== 0 ? -value : value;
}

/**
 * Packed BCD of a whole number, least significant byte first.
 * @throws RangeError if it does not fit into `length` bytes
 */
export function encodeBcd(value: number, length: number): Uint8Array {
  const digits = String(Math.abs(value)).padStart(2 * length, '0');
  if (!Number.isSafeInteger(value) || digits.length > 2 * length) {
    throw new RangeError(`${value} does not fit into ${length} BCD bytes`);
  }
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at++) {
    const pair = digits.slice(digits.length - 2 * at - 2, digits.length - 2 * at);
    bytes[at] = Number.parseInt(pair, 16);
  }
  if (value < 0) {
    if (bytes[length - 1]! >>> 4)
      throw new RangeError(`${value} leaves no room for its sign in ${length} BCD bytes`);
    bytes[length - 1]! |= 0xf0;
  }
  return bytes;
}
