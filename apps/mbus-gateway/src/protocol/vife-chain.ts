import type { VifFault } from './fault.ts';
import { hexText } from './hex.ts';
import { DATE_LENGTHS, type Vif } from './vif.ts';
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
export interface Block {
  readonly value: ValueInformation;
  readonly end: number;
}

export const MOST_VIFE = 10;
export const EXTENDED = 0x80;

/** Where the bytes end that are chained by their bit 7; one VIF and ten VIFEs at most. */
export function chainEnd(bytes: Uint8Array, from: number, end: number): number | VifFault {
  for (let at = from; ; at++) {
    if (at >= end) return 'premature_end_vif';
    if (!(bytes[at]! & EXTENDED)) return at + 1;
    if (at - from === MOST_VIFE) return 'too_many_vife';
  }
}

/** A VIF with all that `bytes[from, to)`, its VIFEs, make of it. */
export function modified(vif: Vif, bytes: Uint8Array, from: number, to: number): ValueInformation {
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

/** The number on the wire as it is. */
const ONE = { exponent: 0, multiplier: 1, opaqueLength: 0 };

function applied(vif: Vif, { exponent, turns, integers }: Vife): Vif {
  if (turns === 'date') return { ...vif, ...ONE, unit: '', dateLengths: DATE_LENGTHS };
  if (turns === 'count') return { ...vif, ...ONE, unit: '', dateLengths: [] };
  if (turns) return { ...vif, ...ONE, unit: 's', multiplier: turns.seconds, dateLengths: [] };
  return { ...vif, exponent: vif.exponent + exponent, integers: integers ?? vif.integers };
}
