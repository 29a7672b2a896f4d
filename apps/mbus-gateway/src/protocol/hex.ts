const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0').toUpperCase());

/** Two upper-case hexadecimal digits, as M-Bus documents print bytes. */
export function hexByte(byte: number): string {
  return HEX[byte]!;
}

/** Upper-case hexadecimal text of `bytes[from, to)`, in wire order. */
export function hexText(bytes: Uint8Array, from = 0, to = bytes.length): string {
  let text = '';
  for (let at = from; at < to; at++) text += HEX[bytes[at]!];
  return text;
}

/** The same, last byte first. */
export function hexTextReversed(bytes: Uint8Array, from: number, to: number): string {
  let text = '';
  for (let at = to - 1; at >= from; at--) text += HEX[bytes[at]!];
  return text;
}

/** A number that travels least significant byte first, as hexadecimal text; `isMsbFirst` if it does not (mode 2). */
export function hexNumber(bytes: Uint8Array, from: number, to: number, isMsbFirst: boolean): string {
  return isMsbFirst ? hexText(bytes, from, to) : hexTextReversed(bytes, from, to);
}
