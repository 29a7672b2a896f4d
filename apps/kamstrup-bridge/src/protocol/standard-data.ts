import { Decimal, latin1 } from '@meterbridge/core/codec';

const CR = 0x0d;

/** The answer to `/#1`: ten fields of seven digits (MULTICAL 66-CDE 5511-634, chapter 4). */
export const STANDARD_DATA = ['energy', 'volume', 'hours', 'temp1', 'temp2', 'tempdiff', 'power', 'flow', 'peak', 'info'] as const; // biome-ignore format: one line reads better
export type StandardField = (typeof STANDARD_DATA)[number];

/**
 * The fields of an answer to `/#1` or `/#2`, which ends in CR; what came before them is noise, or an echo.
 * @param first digits of the first field; each of the others has seven
 * @returns null if they are not all there
 */
export function decodeFields(bytes: Uint8Array, count: number, first = 7): readonly string[] | null {
  const end = bytes.lastIndexOf(CR);
  const length = first + 8 * (count - 1);
  if (end < length) return null;
  const fields = latin1(bytes, end - length, end).split(' ');
  const isWhole =
    fields.length === count && fields.every((field, at) => isDigits(field, at === 0 ? first : 7));
  return isWhole ? fields : null;
}

/** The digits of a field with the decimals that its meter has for it. */
export function fieldValue(digits: string, decimals: number): Decimal {
  return new Decimal(Number(digits), decimals);
}

/** The answer to `/#1` has no check character, but says one thing twice: T1 − T2, rounded on its own. */
export function areTemperaturesRight(fields: readonly string[]): boolean {
  const [temp1, temp2, difference] = (['temp1', 'temp2', 'tempdiff'] as const).map((field) =>
    Number(fields[STANDARD_DATA.indexOf(field)]),
  );
  // How a meter writes a return that is warmer than its flow is not documented.
  return temp1! < temp2! || Math.abs(temp1! - temp2! - difference!) <= 1;
}

function isDigits(field: string, width: number): boolean {
  if (field.length !== width) return false;
  for (let at = 0; at < field.length; at++) {
    const code = field.charCodeAt(at);
    if (code < 0x30 || code > 0x39) return false;
  }
  return true;
}
