import { Decimal } from '@meterbridge/core/codec';
import type { Instant, Value } from '@meterbridge/core/model';
import type { DataRecord } from '../protocol/record.ts';
import { scaled } from '../protocol/scale.ts';
import type { Published } from './classes.ts';

/** When the clock of a meter on standard time shows this; `2024-05-31T23:59:00`. */
export type LocalClock = (local: string, isDst: boolean) => Instant;

/** Digits that tell one single-precision number from all others. */
const LEAST_DIGITS = 6;
const MOST_DIGITS = 9;

/** The value of a record in the unit that is published; null if the meter told none. */
export function publishedValue(record: DataRecord, published: Published, clock: LocalClock): Value {
  const { value, valueType, isValid, isDst } = record;
  if (!isValid || value === null) return null;
  if (typeof value !== 'string') {
    return record.head.integers === 'flags'
      ? flagsText(record)
      : converted(numberOf(record, published), published);
  }
  return valueType === 'datetime' ? clock(value, isDst) : value.trimEnd().replace(/\0+$/, '');
}

/** With the power of ten of the published unit; from the number on the wire, so that it shows no more digits than were sent. */
function numberOf(record: DataRecord, { exponent = 0 }: Published): Decimal {
  const { head, raw, value } = record;
  if (value instanceof Decimal)
    return raw === null ? value : scaled({ ...head, exponent: head.exponent + exponent }, raw);
  return decimalOf(record, Number(value)).shift(exponent);
}

function converted(number: Decimal, { factor }: Published): Decimal {
  if (!factor) return number;
  const { times = 1, dividedBy = 1, decimals = 0 } = factor;
  const multiplied = times === 1 ? number : product(number, times);
  return dividedBy === 1 ? multiplied : quotient(multiplied, dividedBy, decimals);
}

function product({ mantissa, decimals }: Decimal, times: number): Decimal {
  return new Decimal(BigInt(mantissa) * BigInt(times), decimals);
}

/** Rounded, as not every quotient has an end. */
function quotient(number: Decimal, dividedBy: number, decimals: number): Decimal {
  const scaled = BigInt(number.shift(decimals).shift(number.decimals).mantissa);
  const divisor = BigInt(dividedBy) * 10n ** BigInt(number.decimals);
  const half = (scaled < 0n ? -divisor : divisor) / 2n;
  const mantissa = Number((scaled + half) / divisor);
  return trimmed(new Decimal(mantissa, decimals));
}

function trimmed(number: Decimal): Decimal {
  let { mantissa, decimals } = number;
  if (typeof mantissa === 'bigint') return number;
  for (; decimals > 0 && mantissa % 10 === 0; decimals--) mantissa /= 10;
  return new Decimal(mantissa, decimals);
}

/** A real has no more digits than single precision holds; the double that it was widened to shows more. */
function decimalOf({ head, raw }: DataRecord, value: number): Decimal {
  if (typeof raw !== 'number') return decimalText(value);
  if (head.multiplier !== 1 || head.addends.length > 0) return decimalText(value);
  let digits = LEAST_DIGITS;
  while (digits < MOST_DIGITS && Math.fround(Number(raw.toPrecision(digits))) !== raw) digits++;
  return decimalText(Number(raw.toPrecision(digits))).shift(head.exponent);
}

function decimalText(number: number): Decimal {
  const [mantissa = '0', exponent = '0'] = number.toExponential().split('e');
  return (Decimal.parse(mantissa) ?? new Decimal(0)).shift(Number(exponent));
}

function flagsText({ raw }: DataRecord): string {
  return `0x${(raw ?? 0).toString(16).toUpperCase().padStart(2, '0')}`;
}
