import type { Coding } from './coding.ts';
import { hexNumber, hexTextReversed } from './hex.ts';
import { type DataRecord, recordOf } from './record.ts';
import type { RecordHead } from './record-head.ts';
import { fixedValue, type RecordValue, unusableValue } from './value.ts';

/** Who sends a telegram of the fixed structure (EN 13757-3:2004, annex J). */
export interface FixedHeader {
  readonly id: string;
  /** 0 to 15. */
  readonly medium: number;
  readonly accessNumber: number;
  readonly status: number;
}

/** A record of the fixed structure. */
export interface FixedRecord extends DataRecord {
  readonly counter: 1 | 2;
  /** 0 to 63. */
  readonly unitCode: number;
}

export const FIXED_LENGTH = 16;

const BINARY = 0x01;
/** Counter 2 has the unit of counter 1 and is historic. */
const HISTORIC = 0x3e;

/** Runs of unit codes: the first one, quantity, unit, power of ten of the first one. */
const UNITS: readonly (readonly [first: number, quantity: string, unit: string, exponent: number])[] = [
  [0x00, 'time', '', 0],
  [0x01, 'date', '', 0],
  [0x02, 'energy', 'Wh', 0],
  [0x0b, 'energy', 'J', 3],
  [0x14, 'power', 'W', 0],
  [0x1d, 'power', 'J/h', 3],
  [0x26, 'volume', 'm³', -6],
  [0x2f, 'volume_flow', 'm³/h', -6],
  [0x38, 'temperature', '°C', -3],
  [0x39, 'hca_units', '', 0],
  [0x3a, 'reserved', '', 0],
  [0x3f, 'dimensionless', '', 0],
];

/** @param at where the 16 bytes are; the caller knows that they are there */
export function fixedHeader(bytes: Uint8Array, at: number, isMsbFirst: boolean): FixedHeader {
  return {
    id: hexNumber(bytes, at, at + 4, isMsbFirst),
    medium: (bytes[at + 6]! >> 6) | ((bytes[at + 7]! >> 6) << 2),
    accessNumber: bytes[at + 4]!,
    status: bytes[at + 5]!,
  };
}

/** Both counters of a telegram whose header begins at `at`. */
export function fixedRecords(bytes: Uint8Array, at: number, isMsbFirst: boolean): readonly FixedRecord[] {
  const coding = bytes[at + 5]! & BINARY ? 'int32' : 'bcd8';
  const first = bytes[at + 6]! & 0x3f;
  const second = bytes[at + 7]! & 0x3f;
  const isHistoric = second === HISTORIC;
  return [
    counterRecord(1, first, headOf(first, coding, 0), bytes, at + 8, isMsbFirst),
    counterRecord(
      2,
      second,
      headOf(isHistoric ? first : second, coding, isHistoric ? 1 : 0),
      bytes,
      at + 12,
      isMsbFirst,
    ),
  ];
}

function counterRecord(
  counter: 1 | 2,
  unitCode: number,
  head: RecordHead,
  bytes: Uint8Array,
  from: number,
  isMsbFirst: boolean,
): FixedRecord {
  const to = from + 4;
  const counterBytes = isMsbFirst ? bytes.subarray(from, to).toReversed() : bytes.subarray(from, to);
  const value = counterValue(head, counterBytes);
  return { ...recordOf(head, value, bytes, from, to, null), counter, unitCode };
}

/** @param bytes least significant byte first */
function counterValue(head: RecordHead, bytes: Uint8Array): RecordValue {
  // Unlike in records, F in front is no sign: the counter has eight digits.
  const isSigned = head.coding === 'bcd8' && bytes[3]! >= 0xf0;
  return isSigned ? unusableValue(hexTextReversed(bytes, 0, 4)) : fixedValue(head, bytes, 0, 4);
}

function headOf(code: number, coding: Coding, storage: number): RecordHead {
  // 3A to 3D are reserved, and 3E says nothing where there is no counter before it.
  const [first, quantity, unit, exponent] = UNITS.findLast(([start]) => start <= code)!;
  const isScaled = unit !== '' && quantity !== 'temperature';
  return {
    length: 0,
    dib: null,
    vib: null,
    storage,
    tariff: 0,
    subunit: 0,
    function: 'instantaneous',
    coding,
    dataLength: 4,
    quantity,
    unit,
    exponent: isScaled ? exponent + code - first : exponent,
    multiplier: 1,
    integers: 'signed',
    dateLengths: [],
    opaqueLength: 0,
    isDigits: false,
    addends: [],
    modifiers: [],
    manufacturerVife: null,
  };
}
