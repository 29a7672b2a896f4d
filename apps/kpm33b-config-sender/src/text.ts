const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Text of bytes, or null if they are no UTF-8. */
export function readText(bytes: Uint8Array): string | null {
  try {
    return utf8.decode(bytes);
  } catch {
    return null;
  }
}
