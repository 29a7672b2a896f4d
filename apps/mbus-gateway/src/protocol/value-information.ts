import { latin1 } from '@meterbridge/core/codec';
import type { VifFault } from './fault.ts';
import { hexText } from './hex.ts';
import {
  FB_VIFS,
  FD_FD_VIFS,
  FD_VIFS,
  MANUFACTURER_SPECIFIC,
  PLAIN_TEXT,
  PRIMARY_VIFS,
  RESERVED,
  type Vif,
} from './vif.ts';
import { EXTENSION_VIFES, MANUFACTURER_VIFE, VIFE_EXTENSION, VIFES, type Vife } from './vife.ts';

/** What VIF and VIFEs together say of a value. */
export interface ValueInformation extends Vif {
  /** Powers of ten that are added to the number on the wire before it is scaled. */
  readonly addends: readonly number[];
  /** Names of the VIFEs that do more than scale. */
  readonly modifiers: readonly string[];
  /** Private bytes behind VIF FF or VIFE 7F as hexadecimal text; null without them. */
  readonly manufacturerVife: string | null;
}

/** A value information block and where it ends. */
interface Block {
  readonly value: ValueInformation;
  readonly end: number;
}

const MOST_VIFE = 10;
const LONGEST_TEXT = 128;
/** Lengths of a unit as text that are believed where a VIFE could stand as well. */
const USUAL_TEXT = 64;
const EXTENDED = 0x80;
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

/** Where the bytes end that are chained by their bit 7; one VIF and ten VIFEs at most. */
function chainEnd(bytes: Uint8Array, from: number, end: number): number | VifFault {
  for (let at = from; ; at++) {
    if (at >= end) return 'premature_end_vif';
    if (!(bytes[at]! & EXTENDED)) return at + 1;
    if (at - from === MOST_VIFE) return 'too_many_vife';
  }
}

/**
 * The unit as text (EN 13757-3, annex C.2). Behind FC, meters send the text before the VIFEs, the standard has it
 * behind them: whichever order makes sense is taken.
 */
function readPlainText(bytes: Uint8Array, from: number, end: number, isMsbFirst: boolean): Block | VifFault {
  const isExtended = (bytes[from]! & EXTENDED) !== 0;
  const inFieldOrder = readText(bytes, from + 1, end, isMsbFirst);
  const isBelieved = typeof inFieldOrder !== 'string' && (!isExtended || isUsual(bytes, from + 1));
  if (!isBelieved && isExtended) {
    const inStandardOrder = readTextBehindVifes(bytes, from, end, isMsbFirst);
    if (inStandardOrder) return inStandardOrder;
  }
  if (typeof inFieldOrder === 'string') return inFieldOrder;
  const unit = { ...PLAIN_TEXT, unit: inFieldOrder.text };
  if (!isExtended) return { value: modified(unit, bytes, 0, 0), end: inFieldOrder.end };
  const last = chainEnd(bytes, inFieldOrder.end, end);
  if (typeof last === 'string') return last;
  if (last - inFieldOrder.end > MOST_VIFE) return 'too_many_vife';
  return { value: modified(unit, bytes, inFieldOrder.end, last), end: last };
}

function readTextBehindVifes(
  bytes: Uint8Array,
  from: number,
  end: number,
  isMsbFirst: boolean,
): Block | null {
  const last = chainEnd(bytes, from, end);
  if (typeof last === 'string') return null;
  const read = readText(bytes, last, end, isMsbFirst);
  if (typeof read === 'string' || !isUsual(bytes, last)) return null;
  return { value: modified({ ...PLAIN_TEXT, unit: read.text }, bytes, from + 1, last), end: read.end };
}

function readText(
  bytes: Uint8Array,
  from: number,
  end: number,
  isMsbFirst: boolean,
): { readonly text: string; readonly end: number } | VifFault {
  if (from >= end) return 'premature_end_plain_text_vif';
  const length = bytes[from]!;
  if (length > LONGEST_TEXT) return 'plain_text_vif_too_long';
  const textEnd = from + 1 + length;
  if (textEnd > end) return 'premature_end_plain_text_vif';
  const text = bytes.subarray(from + 1, textEnd);
  return { text: latin1(isMsbFirst ? text : text.toReversed()), end: textEnd };
}

/** Whether a text of usual length stands at `from`; the caller knows that it ends within the telegram. */
function isUsual(bytes: Uint8Array, from: number): boolean {
  const length = bytes[from]!;
  const text = bytes.subarray(from + 1, from + 1 + length);
  return length >= 1 && length <= USUAL_TEXT && text.every(isPrintable);
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0;
}

/** A VIF with all that `bytes[from, to)`, its VIFEs, make of it. */
function modified(vif: Vif, bytes: Uint8Array, from: number, to: number): ValueInformation {
  const modifiers: string[] = [];
  const addends: number[] = [];
  let manufacturerVife: string | null = null;
  let value = vif;
  for (let at = from; at < to; at++) {
    const code = bytes[at]! & 0x7f;
    const isExtension = code === VIFE_EXTENSION && at + 1 < to;
    const vife = isExtension ? EXTENSION_VIFES[bytes[++at]! & 0x7f]! : VIFES[code]!;
    value = applied(value, vife);
    if (vife.modifier) modifiers.push(vife.modifier);
    if (vife.addend !== null) addends.push(vife.addend);
    if (code !== MANUFACTURER_VIFE || isExtension) continue;
    if (at + 1 < to) manufacturerVife = hexText(bytes, at + 1, to);
    break;
  }
  return { ...value, addends, modifiers, manufacturerVife };
}

function applied(vif: Vif, { exponent, turns, integers }: Vife): Vif {
  if (turns === 'date') return { ...vif, unit: '', exponent: 0, multiplier: 1, isDate: true };
  if (turns === 'count') return { ...vif, unit: '', exponent: 0, multiplier: 1, isDate: false };
  if (turns) return { ...vif, unit: 's', exponent: 0, multiplier: turns.seconds, isDate: false };
  return { ...vif, exponent: vif.exponent + exponent, integers: integers ?? vif.integers };
}
