import { latin1Bytes } from '@meterbridge/core/codec';
import { expect, it } from 'vitest';
import { isSpelled, parseUnit } from './unit.ts';

const unitOf = (text: string): string => parseUnit(latin1Bytes(`*${text})`), 1, text.length + 1);

it.each([
  ['kWh', 'kWh'],
  ['kwh', 'kWh'],
  ['KWH', 'kWh'],
  ['Wh', 'Wh'],
  ['kW', 'kW'],
  ['w', 'W'],
  ['kvarh', 'kvarh'],
  ['kVArh', 'kvarh'],
  ['varh', 'varh'],
  ['kVAr', 'kvar'],
  ['var', 'var'],
  ['kva', 'kVA'],
  ['VA', 'VA'],
  ['v', 'V'],
  ['kV', 'kV'],
  ['a', 'A'],
  ['kA', 'kA'],
  ['hz', 'Hz'],
  ['kHz', 'kHz'],
  ['m3', 'm3'],
  ['M3', 'm3'],
  ['m\u00b3', 'm3'],
  ['m\u00c2\u00b3', 'm3'],
  ['m3/h', 'm3/h'],
  ['dm3', 'dm3'],
  ['gj', 'GJ'],
  ['MJ', 'MJ'],
  ['s', 's'],
  ['degC', 'degC'],
])('%s is %s', (printed, unit) => {
  expect(unitOf(printed)).toBe(unit);
});

it.each(['', 'furlong', 'kW h', 'mA'])('"%s" stays as it stands', (text) => {
  expect(unitOf(text)).toBe(text);
});

it('a unit is spelled in its own case, byte by byte', () => {
  const bytes = latin1Bytes('(1*kWh)');
  expect(isSpelled(bytes, 3, 'kWh')).toBe(true);
  expect(isSpelled(bytes, 3, 'kW')).toBe(true);
  expect(isSpelled(bytes, 3, 'kwh')).toBe(false);
  expect(isSpelled(bytes, 5, 'hh')).toBe(false);
});
