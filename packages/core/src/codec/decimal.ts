/**
 * A decimal number exactly as a meter sent it: mantissa × 10^-decimals.
 *
 * Scaling by a power of ten moves the point and never rounds, sums are exact, and the text keeps the
 * decimals of the meter (`230.0` stays `230.0`). Mantissas beyond 2^53 are held as bigint.
 */
export class Decimal {
  readonly mantissa: number | bigint;
  /** Digits behind the point, 0 or more. */
  readonly decimals: number;

  /** @param mantissa a safe integer, or a bigint of any size */
  constructor(mantissa: number | bigint, decimals = 0) {
    if (decimals < 0) {
      this.mantissa = multiplied(mantissa, -decimals);
      this.decimals = 0;
    } else {
      this.mantissa = mantissa;
      this.decimals = decimals;
    }
  }

  /** The number that a decimal text shows, or null if the text is not one. No exponent, no comma, no blanks. */
  static parse(text: string): Decimal | null {
    const match = /^(-?)(\d+)(?:\.(\d+))?$/.exec(text);
    if (!match) return null;
    const [, sign, whole, fraction = ''] = match;
    return new Decimal(normalise(BigInt(`${sign}${whole}${fraction}`)), fraction.length);
  }

  /** The nearest double. Dividing by 10^n gives it; multiplying by 10^-n often misses it. */
  toNumber(): number {
    if (typeof this.mantissa === 'bigint' || this.decimals > 22) return Number(this.toString());
    return this.mantissa / 10 ** this.decimals;
  }

  /** Plain digits with exactly `decimals` of them behind the point; never an exponent. */
  toString(): string {
    const negative = this.mantissa < 0;
    const digits = String(negative ? -this.mantissa : this.mantissa);
    if (this.decimals === 0) return negative ? `-${digits}` : digits;
    const padded = digits.padStart(this.decimals + 1, '0');
    const point = padded.length - this.decimals;
    return `${negative ? '-' : ''}${padded.slice(0, point)}.${padded.slice(point)}`;
  }

  /** This × 10^exponent, exactly: `Wh` to `kWh` is `shift(-3)`. */
  shift(exponent: number): Decimal {
    return exponent === 0 ? this : new Decimal(this.mantissa, this.decimals - exponent);
  }

  plus(other: Decimal): Decimal {
    if (
      this.decimals === other.decimals &&
      typeof this.mantissa === 'number' &&
      typeof other.mantissa === 'number'
    ) {
      const sum = this.mantissa + other.mantissa;
      if (Number.isSafeInteger(sum)) return new Decimal(sum, this.decimals);
    }
    const decimals = Math.max(this.decimals, other.decimals);
    return new Decimal(normalise(scaled(this, decimals) + scaled(other, decimals)), decimals);
  }

  minus(other: Decimal): Decimal {
    if (
      this.decimals === other.decimals &&
      typeof this.mantissa === 'number' &&
      typeof other.mantissa === 'number'
    ) {
      const difference = this.mantissa - other.mantissa;
      if (Number.isSafeInteger(difference)) return new Decimal(difference, this.decimals);
    }
    return this.plus(new Decimal(-other.mantissa, other.decimals));
  }

  /** The exact product. Zeros at the end of the factor move the point only: `0.196` × `1000` is `196`. */
  times(factor: Decimal): Decimal {
    const { mantissa, decimals } = withoutTrailingZeros(factor);
    const product = Number(this.mantissa) * Number(mantissa);
    const isExact = Number.isSafeInteger(product);
    return new Decimal(
      isExact ? product : normalise(BigInt(this.mantissa) * BigInt(mantissa)),
      this.decimals + decimals,
    );
  }

  /** Negative, zero or positive as this is less than, equal to or greater than `other`. */
  compare(other: Decimal): number {
    if (this.decimals === other.decimals) {
      if (this.mantissa === other.mantissa) return 0;
      return this.mantissa < other.mantissa ? -1 : 1;
    }
    const decimals = Math.max(this.decimals, other.decimals);
    const difference = scaled(this, decimals) - scaled(other, decimals);
    return difference < 0n ? -1 : difference > 0n ? 1 : 0;
  }
}

/** Mantissa × 10^exponent. A product within the safe integers was not rounded. */
function multiplied(mantissa: number | bigint, exponent: number): number | bigint {
  const product = Number(mantissa) * 10 ** exponent;
  return Number.isSafeInteger(product) ? product : normalise(BigInt(mantissa) * 10n ** BigInt(exponent));
}

function scaled(value: Decimal, decimals: number): bigint {
  return BigInt(value.mantissa) * 10n ** BigInt(decimals - value.decimals);
}

/** Mantissa and decimals of the same number, with fewer than no decimals where it ends in zeros. */
function withoutTrailingZeros({ mantissa, decimals }: Decimal): { mantissa: bigint; decimals: number } {
  let [digits, places] = [BigInt(mantissa), decimals];
  while (digits !== 0n && digits % 10n === 0n) [digits, places] = [digits / 10n, places - 1];
  return { mantissa: digits, decimals: places };
}

function normalise(mantissa: bigint): number | bigint {
  const small = Number(mantissa);
  return Number.isSafeInteger(small) ? small : mantissa;
}
