import { hexByte } from './protocol/hex.ts';
import { ID_DIGITS, type SecondaryAddress } from './protocol/secondary-address.ts';

export const DIGITS = '0123456789';
/** Not of the standard, but real meters have them. */
export const FURTHER_DIGITS = 'ABCDE';

/** Media of many meters: these are tried first where numbers are the same. */
const USUAL_MEDIA: readonly number[] = [4, 6, 7, 2, 3, 0x0c, 0x0d, 0x0a, 0x0b, 0x15, 0x16, 8, 0];
const BYTES = Array.from({ length: 255 }, (_, byte) => byte);

/** All is known but the manufacturer. */
export const DEEPEST = ID_DIGITS + 2;

/** The masks that together mean all the meters that one means; of manufacturers, only the known ones can be tried. */
export function refined(
  mask: SecondaryAddress,
  depth: number,
  digits: string,
  manufacturers: ReadonlySet<string>,
): readonly SecondaryAddress[] {
  if (depth < ID_DIGITS) {
    return Array.from(digits, (digit) => mask.slice(0, depth) + digit + mask.slice(depth + 1));
  }
  const id = mask.slice(0, ID_DIGITS);
  if (depth === ID_DIGITS) return ordered(USUAL_MEDIA).map((medium) => `${id}FFFFFF${hexByte(medium)}`);
  const medium = mask.slice(14);
  if (depth === ID_DIGITS + 1) return ordered([]).map((version) => `${id}FFFF${hexByte(version)}${medium}`);
  if (depth > DEEPEST) return [];
  return [...manufacturers].map((manufacturer) => `${id}${manufacturer}${mask.slice(12)}`);
}

function ordered(first: readonly number[]): readonly number[] {
  return [...new Set([...first, ...BYTES])];
}
