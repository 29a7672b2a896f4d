import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { serialText } from './serial.ts';

describe('a serial number', () => {
  it.each([
    [0x116480123456, '116480123456'],
    [0x10f871600831, '10f871600831'],
    [0, '000000000000'],
    [0xffffffffffff, 'ffffffffffff'],
  ])('%i is %s on the label', (serial, text) => {
    expect(serialText(serial)).toBe(text);
  });

  it('keeps all of its digits, also those that no label has, however many there are and however often', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), (number) => {
        for (let more = 0; more < 100; more++) serialText(number + more);
        expect(serialText(number)).toBe(number.toString(16).padStart(12, '0'));
      }),
      { seed: 1 },
    );
  });
});
