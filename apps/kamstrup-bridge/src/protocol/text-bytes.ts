const LF = 0x0a;
const SLASH = 0x2f;
const QUESTION = 0x3f;

/** Behind a line that begins with a slash, and is not our own request come back. */
export function hasIdent(bytes: Uint8Array): boolean {
  const slash = bytes.findIndex(
    (byte, at) => byte === SLASH && at + 1 < bytes.length && bytes[at + 1] !== QUESTION,
  );
  return slash >= 0 && bytes.indexOf(LF, slash) > 0;
}

export function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.length + second.length);
  bytes.set(first);
  bytes.set(second, first.length);
  return bytes;
}

/** A serial server that was told 8 data bits leaves the parity in the eighth. */
export function withoutParity(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte) => byte & 0x7f);
}
