import { latin1 } from '@meterbridge/core/codec';
import type { VifFault } from './fault.ts';
import { PLAIN_TEXT } from './vif.ts';
import { type Block, chainEnd, EXTENDED, MOST_VIFE, modified } from './vife-chain.ts';

const LONGEST_TEXT = 128;
/** Lengths of a unit as text that are believed where a VIFE could stand as well. */
const USUAL_TEXT = 64;

/**
 * The unit as text (EN 13757-3, annex C.2). Behind FC, meters send the text before the VIFEs, the standard has it
 * behind them: whichever order makes sense is taken.
 */
export function readPlainText(
  bytes: Uint8Array,
  from: number,
  end: number,
  isMsbFirst: boolean,
): Block | VifFault {
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
