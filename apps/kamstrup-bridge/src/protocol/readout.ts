import { Decimal, latin1 } from '@meterbridge/core/codec';

/** The read-out of a meter of the generation before KMP (MULTICAL 66-CDE 5511-634, chapter 4; IEC 61107). */
export interface Readout {
  /** `/KAM0MC`, or null if it was not received. */
  readonly ident: string | null;
  readonly customerNumber: string | null;
  readonly values: readonly ReadoutValue[];
}

export interface ReadoutValue {
  /** `6.8`: energy, `6.26`: volume, `6.31`: hours. */
  readonly code: string;
  readonly value: Decimal;
  /** As printed; null for none. */
  readonly unit: string | null;
}

const STX = 0x02;
const ETX = 0x03;
const SLASH = 0x2f;
const CR = 0x0d;

/** Bytes of a read-out from its STX to its check character, or null as long as they are not all there. */
export function findReadout(bytes: Uint8Array): { readonly from: number; readonly to: number } | null {
  const etx = bytes.indexOf(ETX);
  const from = etx < 0 ? -1 : bytes.lastIndexOf(STX, etx);
  return from >= 0 && etx + 1 < bytes.length ? { from, to: etx + 2 } : null;
}

/**
 * Reads everything that arrived of a read-out, with or without what came before it.
 * @returns null if its check character is wrong, or if it has none
 */
export function decodeReadout(bytes: Uint8Array): Readout | null {
  const found = findReadout(bytes);
  if (!found || !isCheckRight(bytes, found.from, found.to)) return null;
  const values: ReadoutValue[] = [];
  let customerNumber: string | null = null;
  // Some meters put line ends between the groups, others nothing.
  for (const group of latin1(bytes, found.from + 1, found.to - 2).split(')')) {
    const open = group.indexOf('(');
    if (open < 0) continue;
    const code = group.slice(0, open).trim();
    const content = group.slice(open + 1);
    if (code === '0.0') customerNumber = content;
    else {
      const value = readoutValue(code, content);
      if (value) values.push(value);
    }
  }
  return { ident: identBefore(bytes, found.from), customerNumber, values };
}

/** The sum of all characters behind STX up to and including ETX, in seven bits. */
function isCheckRight(bytes: Uint8Array, from: number, to: number): boolean {
  let sum = 0;
  for (let at = from + 1; at < to - 1; at++) sum += bytes[at]! & 0x7f;
  return (sum & 0x7f) === (bytes[to - 1]! & 0x7f);
}

function readoutValue(code: string, content: string): ReadoutValue | null {
  const [digits = '', unit] = content.split('*', 2);
  // Electricity meters print a comma.
  const value = Decimal.parse(digits.replace(',', '.'));
  return value && { code, value, unit: unit || null };
}

/** The last line in front of the data that begins with a slash; an echo of the request is none. */
function identBefore(bytes: Uint8Array, end: number): string | null {
  for (let at = end - 1; at >= 0; at--) {
    if (bytes[at] !== SLASH || bytes[at + 1] === 0x3f) continue;
    const stop = bytes.indexOf(CR, at);
    return stop > 0 && stop < end ? latin1(bytes, at, stop) : null;
  }
  return null;
}
