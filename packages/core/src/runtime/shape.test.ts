import { describe, expect, it } from 'vitest';
import { Decimal } from '../codec/index.ts';
import { house as meter } from '../model/house.fixture.ts';
import type { Measurement, Reading } from '../model/index.ts';
import { Shape, type ShapeSettings } from './shape.ts';

const power: Measurement = {
  key: 'power',
  name: 'Power',
  unit: 'kW',
  deviceClass: 'power',
  stateClass: 'measurement',
  precision: 3,
};
const gas: Measurement = { ...power, key: 'gas', name: 'Gas', unit: 'm³', deviceClass: 'gas' };
const tariff: Measurement = { key: 'tariff', name: 'Tariff', unit: null };
const reading: Reading = {
  meter,
  time: { epochMs: 0, offsetMinutes: 0 },
  values: [
    { measurement: power, value: Decimal.parse('0.196') },
    { measurement: gas, value: Decimal.parse('12.345') },
    { measurement: tariff, value: 'low' },
  ],
};

const shaped = (settings: ShapeSettings) =>
  Object.fromEntries(
    new Shape(settings)
      .apply(reading)
      .values.map(({ measurement: { key, unit }, value }) => [key, [String(value), unit]]),
  );

describe('a shape', () => {
  it('gives back the same reading when nothing is configured', () => {
    expect(new Shape({}).apply(reading)).toBe(reading);
  });

  it('keeps what is included and not excluded', () => {
    expect(Object.keys(shaped({ include: ['power', 'tariff'] }))).toEqual(['power', 'tariff']);
    expect(Object.keys(shaped({ exclude: ['power'] }))).toEqual(['gas', 'tariff']);
    expect(Object.keys(shaped({ include: ['power', 'gas'], exclude: ['gas'] }))).toEqual(['power']);
    expect(shaped({ include: [] })).toEqual({});
  });

  it('names parameters by their own keys in every setting', () => {
    const settings = { rename: { power: 'p' }, multiply: { power: { factor: '1000', unit: 'W' } } };
    expect(shaped({ ...settings, include: ['power'] })).toEqual({ p: ['196', 'W'] });
  });

  it('swaps keys, and leaves out what had a key that another one takes', () => {
    expect(shaped({ rename: { power: 'gas', gas: 'power' } })).toEqual({
      gas: ['0.196', 'kW'],
      power: ['12.345', 'm³'],
      tariff: ['low', null],
    });
    expect(shaped({ rename: { gas: 'tariff' } })).toEqual({
      power: ['0.196', 'kW'],
      tariff: ['12.345', 'm³'],
    });
  });

  it('multiplies numbers exactly, and nothing else', () => {
    const by = (factor: string, unit: string | null = null) => ({ factor, unit });
    expect(shaped({ multiply: { power: by('40'), gas: by('10.55', 'kWh'), tariff: by('2') } })).toEqual({
      power: ['7.84', 'kW'],
      gas: ['130.23975', 'kWh'],
      tariff: ['low', null],
    });
  });

  it.each([
    ['1000', 'W', 'power', 0],
    ['0.001', 'MW', 'power', 6],
    ['40', null, 'power', 2],
    ['1', 'kWh', 'energy', 3],
    ['1', 'apples', undefined, 3],
  ])(
    'times %s %s has the device class and the precision that go with it',
    (factor, unit, deviceClass, precision) => {
      const [only] = new Shape({ include: ['power'], multiply: { power: { factor, unit } } }).apply(
        reading,
      ).values;
      expect([only!.measurement.deviceClass, only!.measurement.precision]).toEqual([deviceClass, precision]);
    },
  );

  it('gives the same measurement each time', () => {
    const shape = new Shape({ names: { power: 'From the grid' } });
    const [first, second] = [shape.apply(reading), shape.apply(reading)];
    expect(first.values[0]!.measurement).toBe(second.values[0]!.measurement);
    expect(first.values[0]!.measurement.name).toBe('From the grid');
    expect(first.values[1]!.measurement).toBe(gas);
  });

  it('knows the way back from a key', () => {
    const shape = new Shape({ rename: { power: 'p' }, exclude: ['gas'] });
    expect(['power', 'gas', 'p'].map((key) => shape.keyOf(key))).toEqual(['p', null, null]);
    expect(['p', 'tariff'].map((key) => shape.ownKeyOf(key))).toEqual(['power', 'tariff']);
  });
});
