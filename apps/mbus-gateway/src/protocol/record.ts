import type { RecordFault } from './fault.ts';
import { variableLength, variableValue } from './lvar.ts';
import type { RecordHead } from './record-head.ts';
import { fixedValue, type RecordValue } from './value.ts';

/** One data record of a telegram. */
export interface DataRecord extends RecordValue {
  readonly head: RecordHead;
  /** The bytes that the record is a part of, with where its data are, without the LVAR byte. */
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly lvar: number | null;
}

/**
 * The value of a record whose data begin at `from`.
 * @param end of the telegram's records
 */
export function readRecord(
  head: RecordHead,
  bytes: Uint8Array,
  from: number,
  end: number,
  isMsbFirst: boolean,
): DataRecord | RecordFault {
  if (head.coding === 'lvar') return readVariable(head, bytes, from, end, isMsbFirst);
  const to = from + head.dataLength;
  if (to > end) return 'premature_end_data';
  // Mode 2 sends the most significant byte first: the same data, turned round.
  const found = isMsbFirst
    ? fixedValue(head, bytes.subarray(from, to).toReversed(), 0, head.dataLength)
    : fixedValue(head, bytes, from, to);
  return recordOf(head, found, bytes, from, to, null);
}

/** One shape for all records, so that engines see but one. */
export function recordOf(
  head: RecordHead,
  { valueType, value, raw, isValid, text, isDst }: RecordValue,
  bytes: Uint8Array,
  from: number,
  to: number,
  lvar: number | null,
): DataRecord {
  return { head, valueType, value, raw, isValid, text, isDst, bytes, from, to, lvar };
}

/** Data of variable length; `at` is where the LVAR byte is. */
function readVariable(
  head: RecordHead,
  bytes: Uint8Array,
  at: number,
  end: number,
  isMsbFirst: boolean,
): DataRecord | RecordFault {
  if (at >= end) return 'premature_end_data';
  const lvar = bytes[at]!;
  const from = at + 1;
  const length = variableLength(lvar);
  if (length === null) return 'reserved_lvar';
  const to = from + length;
  if (to > end) return 'premature_end_data';
  const value = variableValue(head, lvar, bytes.subarray(from, to), isMsbFirst);
  return recordOf(head, value, bytes, from, to, lvar);
}
