import { Decimal } from '@meterbridge/core/codec';
import type { ValueInformation } from './vife-chain.ts';

type Scale = Pick<ValueInformation, 'exponent' | 'multiplier' | 'addends'>;

/** A number on the wire in the unit of its record, exactly. */
export function scaled({ exponent, multiplier, addends }: Scale, raw: number | bigint): Decimal {
  if (addends.length > 0) {
    let sum = new Decimal(raw);
    for (const addend of addends) sum = sum.plus(new Decimal(1, -addend));
    return new Decimal(multiplied(sum.mantissa, multiplier), sum.decimals).shift(exponent);
  }
  const mantissa = multiplier === 1 ? raw : multiplied(raw, multiplier);
  return new Decimal(mantissa, 0 - exponent);
}

/** The same for a real; dividing by a power of ten gives the nearest double, multiplying by its inverse often not. */
export function scaledReal({ exponent, multiplier, addends }: Scale, raw: number): number {
  const sum = addends.reduce((total, addend) => total + 10 ** addend, raw) * multiplier;
  return exponent < 0 ? sum / 10 ** -exponent : sum * 10 ** exponent;
}

/** What a number is multiplied with, as plain digits: `0.001`, `60`. */
export function factorText({ exponent, multiplier }: Scale): string {
  const factor = new Decimal(multiplier).shift(exponent).toString();
  return factor.includes('.') ? factor.replace(/\.?0+$/, '') : factor;
}

function multiplied(raw: number | bigint, multiplier: number): number | bigint {
  if (multiplier === 1) return raw;
  if (typeof raw === 'number' && Number.isSafeInteger(raw * multiplier)) return raw * multiplier;
  return BigInt(raw) * BigInt(multiplier);
}
