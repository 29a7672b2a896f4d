const SLOTS = 0x8000;
// FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

/** Makes strings of short ASCII texts; of one that was met lately the same string again, as that costs less. */
export class KnownTexts {
  readonly #slots: string[] = new Array(SLOTS).fill('');

  /** @param from first byte @param to behind the last one */
  read(bytes: Uint8Array, from: number, to: number): string {
    let hash = FNV_OFFSET;
    for (let at = from; at < to; at++) hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME);
    const slot = (hash ^ (hash >>> 15)) & (SLOTS - 1);
    const known = this.#slots[slot]!;
    if (isSame(known, bytes, from, to)) return known;
    const text = String.fromCharCode(...bytes.subarray(from, to));
    this.#slots[slot] = text;
    return text;
  }
}

function isSame(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) !== bytes[from + at]) return false;
  return true;
}
