import { describe, expect, it } from 'vitest';
import vectors from '../vectors/values.json' with { type: 'json' };
import { isEmptyOrZero, numberOf } from './value.ts';

const MANY = 60_000;

describe('a value', () => {
  it.each(vectors)('$value is $number; says nothing: $zero', ({ value, number, zero }) => {
    expect(String(numberOf(value))).toBe(String(number));
    expect(isEmptyOrZero(value)).toBe(zero);
  });

  // A message may have 64 KiB: with work that grows faster than the text, one of them stops the proxy for seconds.
  it.each([
    ['digits', `${'1'.repeat(MANY)}x`],
    ['digits of a fraction', `1.${'1'.repeat(MANY)}x`],
    ['digits of an exponent', `1e${'1'.repeat(MANY)}x`],
    ['blanks', `${' '.repeat(MANY)}x`],
    ['blanks behind a number', `1${' '.repeat(MANY)}x`],
  ])('with many %s is soon known to be no number', { timeout: 5_000 }, (_, text) => {
    expect(numberOf(text)).toBeNull();
  });
});
