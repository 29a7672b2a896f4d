import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBcd, encodeBcd } from './bcd.ts';
import { bytesOf, hexOf } from './bytes.ts';

describe('packed BCD', () => {
  it.each([
    ['78 56 34 12', 12_345_678],
    ['00 00', 0],
    ['99', 99],
    ['', 0],
    ['12 F0', -12],
    ['34 F2', -234],
    ['00 F0', 0],
  ])('%s is %i', (hex, value) => {
    expect(decodeBcd(bytesOf(hex))).toBe(value);
  });

  it.each(['0A', 'A0 12', '12 A0', 'F0 12', 'FF', '1F F1'])('%s is no number', (hex) => {
    expect(decodeBcd(bytesOf(hex))).toBeNull();
  });

  it('may be a part of more bytes', () => {
    expect(decodeBcd(bytesOf('FF 34 F2 FF'), 1, 3)).toBe(-234);
  });

  it('numbers survive the way to bytes and back', () => {
    const numbers = fc.integer({ min: 1, max: 7 }).chain((length) => {
      const value = fc.integer({ min: -(10 ** (2 * length - 1) - 1), max: 10 ** (2 * length) - 1 });
      return fc.tuple(value, fc.constant(length));
    });
    fc.assert(
      fc.property(numbers, ([value, length]) => {
        const bytes = encodeBcd(value, length);
        expect(bytes).toHaveLength(length);
        expect(decodeBcd(bytes)).toBe(value);
      }),
    );
  });

  it('zero is written without a sign', () => {
    expect(hexOf(encodeBcd(0, 2))).toBe('0000');
  });

  it('bytes that are a number survive the way to the number and back', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 6 }), (bytes) => {
        const value = decodeBcd(bytes);
        // Zero has no sign, so that F0 comes back as 00.
        if (value !== null && value !== 0) expect(hexOf(encodeBcd(value, bytes.length))).toBe(hexOf(bytes));
      }),
    );
  });

  it.each([
    [100, 1],
    [-10, 1],
    [1.5, 2],
    [2 ** 53, 9],
  ])('%d does not fit into %i bytes', (value, length) => {
    expect(() => encodeBcd(value, length)).toThrow(RangeError);
  });
});
