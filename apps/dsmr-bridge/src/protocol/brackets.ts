export const LF = 0x0a;
export const OPEN = 0x28;
export const CLOSE = 0x29;

/** Offset of the `)` that ends the text at `from`; -1 if another `(`, the end of the line or `limit` comes first. */
export function closeBracket(bytes: Uint8Array, from: number, limit: number): number {
  for (let at = from; at < limit; at++) {
    const byte = bytes[at]!;
    if (byte > CLOSE) continue;
    if (byte === CLOSE) return at;
    if (byte === OPEN || byte === LF) return -1;
  }
  return -1;
}
