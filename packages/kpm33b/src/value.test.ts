import { describe, expect, it } from 'vitest';
import vectors from '../vectors/values.json' with { type: 'json' };
import { isEmptyOrZero, numberOf } from './value.ts';

describe('a value', () => {
  it.each(vectors)('$value is $number; says nothing: $zero', ({ value, number, zero }) => {
    expect(String(numberOf(value))).toBe(String(number));
    expect(isEmptyOrZero(value)).toBe(zero);
  });
});
