import type { VifFault } from './fault.ts';
import { hexText } from './hex.ts';
import { readPlainText } from './plain-text.ts';
import {
  FB_VIFS,
  FD_FD_VIFS,
  FD_VIFS,
  MANUFACTURER_SPECIFIC,
  PRIMARY_VIFS,
  RESERVED,
  type Vif,
} from './vif.ts';
import { type Block, chainEnd, modified } from './vife-chain.ts';

const VIF_TEXT = 0x7c;
const VIF_MANUFACTURER = 0x7f;
const TABLES: ReadonlyMap<number, readonly Vif[]> = new Map([
  [0xfb, FB_VIFS],
  [0xfd, FD_VIFS],
  // A third table that was never filled.
  [0xef, []],
]);
const NEXT_LEVEL = 0xfd;

/** Reads the value information block that begins at `from`. */
export function readValueInformation(
  bytes: Uint8Array,
  from: number,
  end: number,
  isMsbFirst: boolean,
): Block | VifFault {
  if (from >= end) return 'premature_end_vif';
  const vif = bytes[from]!;
  if ((vif & 0x7f) === VIF_TEXT) return readPlainText(bytes, from, end, isMsbFirst);
  const last = chainEnd(bytes, from, end);
  if (typeof last === 'string') return last;
  if ((vif & 0x7f) === VIF_MANUFACTURER) {
    const manufacturerVife = last > from + 1 ? hexText(bytes, from + 1, last) : null;
    return { value: { ...MANUFACTURER_SPECIFIC, addends: [], modifiers: [], manufacturerVife }, end: last };
  }
  const table = TABLES.get(vif);
  if (!table) return { value: modified(PRIMARY_VIFS[vif & 0x7f]!, bytes, from + 1, last), end: last };
  const code = bytes[from + 1]!;
  if (table === FD_VIFS && code === NEXT_LEVEL) {
    return { value: modified(FD_FD_VIFS[bytes[from + 2]! & 0x7f]!, bytes, from + 3, last), end: last };
  }
  return { value: modified(table[code & 0x7f] ?? RESERVED, bytes, from + 2, last), end: last };
}
