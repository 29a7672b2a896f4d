import { type Decimal, decodeBcd } from '@meterbridge/core/codec';
import { dateG, datetimeF, datetimeI, type MeterTime, timeJ } from './dates.ts';
import { hexTextReversed } from './hex.ts';
import { readInteger } from './integer.ts';
import type { RecordHead } from './record-head.ts';
import { scaled, scaledReal } from './scale.ts';

export type ValueType = 'number' | 'text' | 'date' | 'datetime' | 'time' | 'hex' | 'none';

/** A value with how it was sent. */
export interface RecordValue {
  readonly valueType: ValueType;
  /** In the unit of the record. Reals are doubles; null if there is no data or the meter marks it as unusable. */
  readonly value: Decimal | number | string | null;
  /** The number before scaling; null for what is no number. */
  readonly raw: number | bigint | null;
  /** False when the meter marks the value as unusable. */
  readonly isValid: boolean;
  /** What a display would show instead of an unusable value. */
  readonly text: string | null;
  /** The time of a clock on daylight saving time. */
  readonly isDst: boolean;
}

/** Value of data of fixed length, least significant byte first. */
export function fixedValue(head: RecordHead, bytes: Uint8Array, from: number, to: number): RecordValue {
  switch (head.coding) {
    case 'none':
    case 'selection':
      return NO_DATA;
    case 'real32':
      return realValue(head, bytes, from);
    case 'bcd2':
    case 'bcd4':
    case 'bcd6':
    case 'bcd8':
    case 'bcd12':
      return head.isDigits ? textValue(hexTextReversed(bytes, from, to)) : bcdValue(head, bytes, from, to);
    default:
      if (head.dateLengths.includes(to - from)) return dateValue(bytes, from, to);
      if (head.opaqueLength === to - from) return textValue(hexTextReversed(bytes, from, to), 'hex');
      return integerValue(head, bytes, from, to);
  }
}

const NO_DATA: RecordValue = {
  valueType: 'none',
  value: null,
  raw: null,
  isValid: true,
  text: null,
  isDst: false,
};

const UNUSABLE: RecordValue = { ...NO_DATA, valueType: 'number', isValid: false };

export function numberValue(head: RecordHead, raw: number | bigint): RecordValue {
  return { valueType: 'number', value: scaled(head, raw), raw, isValid: true, text: null, isDst: false };
}

export function textValue(value: string, valueType: 'text' | 'hex' = 'text'): RecordValue {
  return { valueType, value, raw: null, isValid: true, text: null, isDst: false };
}

/** What is no number although it should be one. */
export function unusableValue(text: string | null): RecordValue {
  return text === null ? UNUSABLE : { ...UNUSABLE, text };
}

function integerValue(head: RecordHead, bytes: Uint8Array, from: number, to: number): RecordValue {
  const raw = readInteger(bytes, from, to, head.integers);
  return raw === null ? UNUSABLE : numberValue(head, raw);
}

function bcdValue(head: RecordHead, bytes: Uint8Array, from: number, to: number): RecordValue {
  const raw = decodeBcd(bytes, from, to);
  // Digits above 9 are what the display shows instead of a number.
  return raw === null ? unusableValue(hexTextReversed(bytes, from, to)) : numberValue(head, raw);
}

const realBits = new Uint32Array(1);
const realNumber = new Float32Array(realBits.buffer);

function realValue(head: RecordHead, bytes: Uint8Array, from: number): RecordValue {
  realBits[0] = bytes[from]! | (bytes[from + 1]! << 8) | (bytes[from + 2]! << 16) | (bytes[from + 3]! << 24);
  const raw = realNumber[0]!;
  if (!Number.isFinite(raw)) return UNUSABLE;
  const value = scaledReal(head, raw);
  return { valueType: 'number', value, raw, isValid: true, text: null, isDst: false };
}

/** A date or time by the length of its data (EN 13757-3, annex A). */
function dateValue(bytes: Uint8Array, from: number, to: number): RecordValue {
  const [b0 = 0, b1 = 0, b2 = 0, b3 = 0, b4 = 0] = [
    bytes[from],
    bytes[from + 1],
    bytes[from + 2],
    bytes[from + 3],
    bytes[from + 4],
  ];
  switch (to - from) {
    case 2:
      return timeValue(dateG(b0, b1));
    case 3:
      return timeValue(timeJ(b0, b1, b2));
    case 4:
      return timeValue(datetimeF(b0, b1, b2, b3));
    default:
      return timeValue(datetimeI(b0, b1, b2, b3, b4));
  }
}

function timeValue({ type, value, text, isDst }: MeterTime): RecordValue {
  return {
    valueType: type,
    value,
    raw: null,
    isValid: value !== null,
    text: text ?? null,
    isDst: isDst ?? false,
  };
}
