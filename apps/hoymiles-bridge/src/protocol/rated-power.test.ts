import { expect, it } from 'vitest';
import { ratedPower } from './rated-power.ts';

it.each([
  [0x10214101, 800],
  [0x10101015, 210],
  [0x10101010, 300],
  [0x10333101, 2250],
  // As an int32 of the wire.
  [0xf1012400 | 0, 1600],
  [0, null],
  [0x12345678, null],
])('an inverter with the part number %i is rated at %s W', (part, watts) => {
  expect(ratedPower(part)).toBe(watts);
});
