import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from './decimal.ts';

const decimal = (text: string): Decimal => Decimal.parse(text)!;

/** Decimal texts as meters print them, with up to forty digits. */
const texts = fc
  .tuple(fc.boolean(), fc.stringMatching(/^[1-9][0-9]{0,19}$|^0$/), fc.stringMatching(/^[0-9]{0,20}$/))
  .map(([negative, whole, fraction]) => {
    const text = fraction === '' ? whole : `${whole}.${fraction}`;
    return negative && /[1-9]/.test(text) ? `-${text}` : text;
  });

/** mantissa and decimals by text alone: the reference for sums and comparisons. */
function exact(text: string): { readonly mantissa: bigint; readonly decimals: number } {
  const [whole = '', fraction = ''] = text.split('.');
  return { mantissa: BigInt(whole + fraction), decimals: fraction.length };
}

function aligned(a: string, b: string): readonly [bigint, bigint] {
  const [one, other] = [exact(a), exact(b)];
  const decimals = Math.max(one.decimals, other.decimals);
  const scale = (value: { readonly mantissa: bigint; readonly decimals: number }): bigint =>
    value.mantissa * 10n ** BigInt(decimals - value.decimals);
  return [scale(one), scale(other)];
}

describe('a decimal', () => {
  it('keeps its text', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(decimal(text).toString()).toBe(text);
      }),
    );
  });

  it.each([
    ['000123.400', '123.400'],
    ['00', '0'],
    ['-0', '0'],
    ['-00.00', '0.00'],
    ['-0.05', '-0.05'],
    ['12345678901234567890.123', '12345678901234567890.123'],
  ])('%s is shown as %s', (text, shown) => {
    expect(decimal(text).toString()).toBe(shown);
  });

  it.each(['', '-', '.', '1.', '.5', '1,5', '1e3', ' 1', '1 ', '+1', '--1', '1.2.3', '0x10', 'NaN', '١'])(
    '"%s" is none',
    (text) => {
      expect(Decimal.parse(text)).toBeNull();
    },
  );

  it('has no fewer than no decimals: tens and more go into its digits, exactly', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer({ min: 1, max: 40 }), (mantissa, tens) => {
        const value = new Decimal(mantissa, -tens);
        expect(BigInt(value.mantissa)).toBe(BigInt(mantissa) * 10n ** BigInt(tens));
        expect(value.decimals).toBe(0);
      }),
    );
  });

  it('gives the nearest double', () => {
    fc.assert(
      fc.property(texts, (text) => {
        expect(decimal(text).toNumber()).toBe(Number(text));
      }),
    );
  });

  it('moves its point without rounding', () => {
    fc.assert(
      fc.property(texts, fc.integer({ min: -25, max: 25 }), (text, exponent) => {
        const moved = decimal(text).shift(exponent);
        const { mantissa, decimals } = exact(text);
        expect(moved.decimals).toBe(Math.max(0, decimals - exponent));
        expect(BigInt(moved.mantissa)).toBe(mantissa * 10n ** BigInt(Math.max(0, exponent - decimals)));
      }),
    );
  });

  it.each([
    ['1234.567', 3, '1234567'],
    ['1234567', -3, '1234.567'],
    ['00.196', 3, '196'],
    ['5', 20, '500000000000000000000'],
    ['230.0', 0, '230.0'],
  ])('%s × 10^%i is %s', (text, exponent, shifted) => {
    expect(decimal(text).shift(exponent).toString()).toBe(shifted);
  });

  it('adds and subtracts exactly', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const [one, other] = aligned(a, b);
        expect(BigInt(decimal(a).plus(decimal(b)).mantissa)).toBe(one + other);
        expect(BigInt(decimal(a).minus(decimal(b)).mantissa)).toBe(one - other);
      }),
    );
  });

  it.each([
    ['0.1', '0.2', '0.3'],
    ['009418.807', '003309.321', '12728.128'],
    ['9007199254740991', '1', '9007199254740992'],
    ['9007199254740992', '1', '9007199254740993'],
    ['1', '0.000000000000000000001', '1.000000000000000000001'],
    ['-1.5', '1.50', '0.00'],
  ])('%s + %s = %s', (a, b, sum) => {
    expect(decimal(a).plus(decimal(b)).toString()).toBe(sum);
  });

  it.each([
    ['0.196', '1000', '196'],
    ['196', '0.001', '0.196'],
    ['230.0', '10', '2300'],
    ['12.345', '10.550', '130.23975'],
    ['9007199254740993', '3', '27021597764222979'],
    ['1', '1000', '1000'],
    ['-1.5', '-2', '3.0'],
    ['1.5', '0', '0.0'],
  ])('%s × %s = %s', (a, b, product) => {
    expect(decimal(a).times(decimal(b)).toString()).toBe(product);
  });

  it('is compared by its value, not its decimals', () => {
    fc.assert(
      fc.property(texts, texts, (a, b) => {
        const [one, other] = aligned(a, b);
        expect(Math.sign(decimal(a).compare(decimal(b)))).toBe(one < other ? -1 : one > other ? 1 : 0);
      }),
    );
    expect(decimal('1.50').compare(decimal('1.5'))).toBe(0);
  });

  it('holds what fits a double exactly as a number, and more as a bigint', () => {
    expect(decimal('9007199254740991').mantissa).toBe(Number.MAX_SAFE_INTEGER);
    expect(decimal('9007199254740993').mantissa).toBe(9007199254740993n);
  });
});
