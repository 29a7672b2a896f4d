import { latin1 } from '@meterbridge/core/codec';
import type { VifFault } from './fault.ts';
import { PLAIN_TEXT } from './vif.ts';
import { type Block, chainEnd, EXTENDED, MOST_VIFE, modified } from './vife-chain.ts';

const LONGEST_TEXT = 128;
/** Lengths of a unit as text that are believed where a VIFE could stand as well. */
const USUAL_TEXT = 64;

/**
 * The unit as text (EN 13757-3, annex C.2). Behind FC, meters send the text before the VIFEs, the standard has it
 * behind them: the former is believed where a text of usual length stands.
 */
export function readPlainText(
  bytes: Uint8Array,
  from: number,
  end: number,
  isMsbFirst: boolean,
): Block | VifFault {
  const isExtended = (bytes[from]! & EXTENDED) !== 0;
  if (isExtended && !isUsual(bytes, from + 1, end)) {
    const behind = readTextBehindVifes(bytes, from, end, isMsbFirst);
    // Where neither order makes sense, the byte behind FC is no VIFE but a length that is too long.
    return typeof behind === 'string' && bytes[from + 1]! > LONGEST_TEXT ? 'plain_text_vif_too_long' : behind;
  }
  const read = readText(bytes, from + 1, end, isMsbFirst);
  if (typeof read === 'string') return read;
  const unit = { ...PLAIN_TEXT, unit: read.text };
  if (!isExtended) return { value: modified(unit, bytes, 0, 0), end: read.end };
  const last = chainEnd(bytes, read.end, end);
  if (typeof last === 'string') return last;
  if (last - read.end > MOST_VIFE) return 'too_many_vife';
  return { value: modified(unit, bytes, read.end, last), end: last };
}

function readTextBehindVifes(
  bytes: Uint8Array,
  from: number,
  end: number,
  isMsbFirst: boolean,
): Block | VifFault {
  const last = chainEnd(bytes, from, end);
  if (typeof last === 'string') return last;
  const read = readText(bytes, last, end, isMsbFirst);
  if (typeof read === 'string') return read;
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

/** Whether a text of usual length stands at `from`. */
function isUsual(bytes: Uint8Array, from: number, end: number): boolean {
  const length = bytes[from] ?? 0;
  const textEnd = from + 1 + length;
  return (
    length >= 1 &&
    length <= USUAL_TEXT &&
    textEnd <= end &&
    bytes.subarray(from + 1, textEnd).every(isPrintable)
  );
}

function isPrintable(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte >= 0xa0;
}
