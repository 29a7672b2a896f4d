import { latin1 } from '@meterbridge/core/codec';
import { describe, expect, it } from 'vitest';
import { entryOf, findObis, obisEntries } from './obis.ts';

describe('the table of objects', () => {
  it('has each code once', () => {
    expect(new Set(obisEntries.map(({ code }) => code)).size).toBe(obisEntries.length);
  });

  it.each(obisEntries.map((entry) => [entry.code, entry] as const))('finds %s', (code, entry) => {
    const [a, b, c, d, e] = code.split(/[-:.]/).map(Number);
    expect(findObis(a!, b!, c!, d!, e!)).toBe(entry);
    expect(entryOf(code)).toBe(entry);
    expect(obisEntries[entry.index]).toBe(entry);
    expect(latin1(entry.sent)).toBe(`${code}(`);
    expect(entry.channel).toBe(a === 0 && b! > 0 && !entry.name.startsWith('relay_') ? b : 0);
  });

  it('names each object in snake case, and for people', () => {
    for (const { name, label } of obisEntries) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(?:_[a-z0-9]+)*$/);
      expect(label).toMatch(/^[A-Z][\w ().,-]*\w\)?$/);
    }
  });

  it('gives one name to codes that tell the same in different countries, and only to them', () => {
    const byName = Map.groupBy(
      obisEntries.filter(({ channel }) => channel < 2),
      ({ name }) => name,
    );
    const shared = [...byName].filter(([, entries]) => entries.length > 1);
    expect(
      Object.fromEntries(shared.map(([name, entries]) => [name, entries.map(({ code }) => code).join(' ')])),
    ).toEqual({
      p1_message_timestamp: '0-0:1.0.0 0-0:1.1.0',
      q3d_equipment_identifier: '1-0:0.0.0 0-0:0.0.0',
      electricity_used_tariff_1: '1-0:1.8.1 1-1:1.8.1',
      electricity_used_tariff_2: '1-0:1.8.2 1-1:1.8.2',
      electricity_delivered_tariff_1: '1-0:2.8.1 1-1:2.8.1',
      electricity_delivered_tariff_2: '1-0:2.8.2 1-1:2.8.2',
      current_electricity_usage: '1-0:1.7.0 1-1:1.7.0',
      current_electricity_delivery: '1-0:2.7.0 1-1:2.7.0',
      actual_switch_position: '0-0:96.3.10 0-0:96.50.68',
      belgium_maximum_demand_month: '1-0:1.6.0 1-1:1.6.0',
      mbus_equipment_identifier: '0-1:96.1.0 0-1:96.1.1',
      mbus_meter_reading: '0-1:24.2.1 0-1:24.2.3',
    });
    for (const [, [first, ...others]] of shared) {
      for (const other of others) {
        expect([other.kind, other.unit, other.label]).toEqual([first!.kind, first!.unit, first!.label]);
      }
    }
  });

  it.each([
    [1, 0, 200, 7, 0],
    [0, 10, 24, 2, 1],
    [16, 0, 1, 8, 1],
    [1, 16, 1, 8, 1],
    [17, 0, 1, 8, 1],
    [255, 255, 255, 255, 255],
  ])('does not know %i-%i:%i.%i.%i', (a, b, c, d, e) => {
    expect(findObis(a, b, c, d, e)).toBeNull();
  });

  it('refuses to make up an entry', () => {
    expect(() => entryOf('1-0:200.7.0')).toThrow(RangeError);
  });
});
