import { Decimal } from '@meterbridge/core/codec';
import type { Instant, Value } from '@meterbridge/core/model';
import type { DataRecord } from '../protocol/record.ts';
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
    const number = typeof value === 'number' ? decimalOf(record, value) : value;
    return record.head.integers === 'flags' ? flagsText(number) : converted(number, published);
  }
  return valueType === 'datetime' ? clock(value, isDst) : value.trimEnd().replace(/\0+$/, '');
}

function converted(number: Decimal, { exponent = 0, factor }: Published): Decimal {
  const shifted = number.shift(exponent);
  if (!factor) return shifted;
  const { times = 1, dividedBy = 1, decimals = 0 } = factor;
  const multiplied = times === 1 ? shifted : product(shifted, times);
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

function flagsText(number: Decimal): string {
  return `0x${number.mantissa.toString(16).toUpperCase().padStart(2, '0')}`;
}
