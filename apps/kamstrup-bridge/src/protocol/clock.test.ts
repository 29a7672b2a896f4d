import { expect, it } from 'vitest';
import { clockText } from './clock.ts';
import { decodeRecord } from './record.ts';

/** A register with this unit and number. */
function registerOf(unitCode: number, digits: number) {
  const data = Uint8Array.of(digits >>> 24, digits >>> 16, digits >>> 8, digits);
  return decodeRecord({ id: 1003, unitCode, nob: 4, siex: 0 }, data, 0);
}

it.each([
  [47, 32, '00:00:32'],
  [47, 235_959, '23:59:59'],
  [47, 240_000, null],
  [48, 60_824, '2006-08-24'],
  [48, 240_229, '2024-02-29'],
  [48, 230_229, null],
  [48, 0, null],
  [49, 20_240_115, '2024-01-15'],
  [49, 824, null],
  [50, 229, '--02-29'],
  [50, 230, null],
  [50, 0, null],
])('unit %i with %i shows %s', (unitCode, digits, text) =>
  expect(clockText(registerOf(unitCode, digits))).toBe(text),
);
