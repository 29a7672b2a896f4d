/** Sum of `bytes[from, to)` modulo 256: the check of M-Bus frames (EN 13757-2, 5.4). */
export function sum8(bytes: Uint8Array, from = 0, to = bytes.length): number {
  let sum = 0;
  for (let at = from; at < to; at++) sum += bytes[at]!;
  return sum & 0xff;
}
