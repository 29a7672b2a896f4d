import { describe, expect, it } from 'vitest';
import type { BaseConfig } from '../config/index.ts';
import { house } from '../model/house.fixture.ts';
import type { Meter, Reading } from '../model/index.ts';
import { Shapes } from './shapes.ts';

type Settings = BaseConfig['meters'][number];

const counter_guard = { enabled: true, max_power_kw: 100, max_flow_m3h: 100 };
const gas: Meter = { ...house, id: 'main_gas', uniqueId: 'G1', via: house };

function reading(meter: Meter, ...keys: readonly string[]): Reading {
  const values = keys.map((key) => ({ measurement: { key, name: key, unit: null }, value: 'x' }));
  return { meter, time: { epochMs: 0, offsetMinutes: 0 }, values };
}

function shapesOf(settings: Partial<Settings>) {
  const problems: string[] = [];
  const meters = [{ id: 'main', counter_guard, ...settings }];
  const shapes = new Shapes(meters, ({ message }) => problems.push(message));
  const keysOf = (one: Reading) => shapes.apply(one).values.map(({ measurement }) => measurement.key);
  return { shapes, problems, keysOf };
}

describe('the shapes of a configuration', () => {
  it('belong to meters by their id, also behind another one', () => {
    const { keysOf } = shapesOf({
      exclude: ['a'],
      behind: { main_gas: { counter_guard, rename: { a: 'volume' } } },
    });
    expect(keysOf(reading(house, 'a', 'b'))).toEqual(['b']);
    expect(keysOf(reading(gas, 'a', 'b'))).toEqual(['volume', 'b']);
    expect(keysOf(reading({ ...house, id: 'other' }, 'a', 'b'))).toEqual(['a', 'b']);
  });

  it('belong to all meters that are read for the entry, too, each looked at by itself', () => {
    const { shapes, problems, keysOf } = shapesOf({
      exclude: ['status'],
      expire_after: 7_200_000,
      counter_guard: { ...counter_guard, max_power_kw: 1_000 },
    });
    const found = (number: number): Meter => {
      return { ...house, id: `main_${number}`, uniqueId: String(number), configId: 'main' };
    };
    expect(keysOf(reading(found(1), 'energy', 'status'))).toEqual(['energy']);
    expect(keysOf(reading(found(2), 'energy'))).toEqual(['energy']);
    expect(problems).toEqual(['main_2: there is no parameter status in the first reading']);
    expect(shapes.limitsOf(found(1)).max_power_kw).toBe(1_000);
    expect(shapes.expireAfterOf(found(1))).toBe(7_200_000);
    expect(keysOf(reading({ ...house, configId: null }, 'status'))).toEqual(['status']);
  });

  it('say when a meter is gone, for those behind it, too', () => {
    const { shapes } = shapesOf({ expire_after: 60_000, behind: { main_gas: { counter_guard } } });
    expect([house, gas].map((meter) => shapes.expireAfterOf(meter))).toEqual([60_000, 60_000]);
    expect(shapes.expireAfterOf({ ...house, id: 'other' })).toBeUndefined();
  });

  it('tell once which parameters are not in the first reading', () => {
    const { problems, keysOf } = shapesOf({ include: ['power', 'voltag'], names: { moon: 'Moon' } });
    keysOf(reading(house, 'power', 'voltage'));
    keysOf(reading(house, 'power'));
    expect(problems).toEqual([
      'main: there is no parameter voltag in the first reading; did you mean voltage?',
      'main: there is no parameter moon in the first reading',
    ]);
  });

  it('tell which parameter is left out as another one takes its key', () => {
    const { problems, keysOf } = shapesOf({ rename: { voltage: 'v' } });
    expect(keysOf(reading(house, 'voltage', 'v'))).toEqual(['v']);
    expect(problems).toEqual(['main: the parameter v is left out: voltage takes its key']);
  });

  it('tell of a meter behind another one that is not there, once those that are have been heard', () => {
    const { problems, keysOf } = shapesOf({
      behind: { main_gass: { counter_guard }, main_gas: { counter_guard } },
    });
    for (const _ of [1, 2, 3]) for (const meter of [house, gas]) keysOf(reading(meter, 'a'));
    expect(problems).toEqual([
      'main: nothing is heard of a meter main_gass behind this one; did you mean main_gas?',
    ]);
  });

  it('are taken over from a changed configuration', () => {
    const { shapes, problems, keysOf } = shapesOf({ exclude: ['a', 'moon'] });
    keysOf(reading(house, 'a', 'b'));
    shapes.configure([
      { id: 'main', counter_guard, exclude: ['a', 'moon'] },
      { id: 'other', counter_guard, exclude: ['b'] },
    ]);
    expect(keysOf(reading(house, 'a', 'b'))).toEqual(['b']);
    expect(problems).toHaveLength(1);
    shapes.configure([{ id: 'main', counter_guard }]);
    expect(keysOf(reading(house, 'a', 'b'))).toEqual(['a', 'b']);
  });
});
