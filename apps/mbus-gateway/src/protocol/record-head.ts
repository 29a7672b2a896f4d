import { CODINGS, type Coding, DATA_LENGTHS, FUNCTIONS, type ValueFunction } from './coding.ts';
import type { RecordFault } from './fault.ts';
import { hexText } from './hex.ts';
import { readValueInformation } from './value-information.ts';
import type { ValueInformation } from './vife-chain.ts';

/** Data and value information block of a record: everything in front of its data. */
export interface RecordHead extends ValueInformation {
  /** Bytes of both blocks. */
  readonly length: number;
  /** DIF and DIFEs as hexadecimal text; null in the fixed structure. */
  readonly dib: string | null;
  /** VIF and VIFEs as hexadecimal text; null in the fixed structure. */
  readonly vib: string | null;
  /** 0 is the present, others are history. */
  readonly storage: number;
  /** 0 is the total. */
  readonly tariff: number;
  readonly subunit: number;
  readonly function: ValueFunction;
  readonly coding: Coding;
  /** Bytes of the data; 0 for `lvar`. */
  readonly dataLength: number;
}

const MOST_DIFE = 10;

/**
 * Reads the blocks in front of the data of the record that begins at `from`.
 * @param end of the telegram's records
 * @param isMsbFirst texts run from left to right (mode 2)
 */
export function readRecordHead(
  bytes: Uint8Array,
  from: number,
  end: number,
  isMsbFirst: boolean,
): RecordHead | RecordFault {
  const dif = bytes[from]!;
  let storage = (dif >> 6) & 1;
  let tariff = 0;
  let subunit = 0;
  let at = from + 1;
  // EN 13757-3, 6.3.3: up to 41 bits of storage number, so no bit shifts.
  for (let count = 0, last = dif; last & 0x80; count++) {
    if (count === MOST_DIFE) return 'too_many_dife';
    if (at >= end) return 'premature_end_dif';
    last = bytes[at++]!;
    storage += (last & 0x0f) * 2 ** (4 * count + 1);
    tariff += ((last >> 4) & 3) * 4 ** count;
    subunit += ((last >> 6) & 1) * 2 ** count;
  }
  const vib = at;
  const information = readValueInformation(bytes, vib, end, isMsbFirst);
  if (typeof information === 'string') return information;
  const coding = dif & 0x0f;
  return {
    ...information.value,
    length: information.end - from,
    dib: hexText(bytes, from, vib),
    vib: hexText(bytes, vib, information.end),
    storage,
    tariff,
    subunit,
    function: FUNCTIONS[(dif >> 4) & 3]!,
    coding: CODINGS[coding]!,
    dataLength: DATA_LENGTHS[coding]!,
  };
}
