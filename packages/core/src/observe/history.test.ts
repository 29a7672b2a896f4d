import { describe, expect, it } from 'vitest';
import { MemoryHistory } from './history.ts';

const START = Date.UTC(2026, 0, 31, 12);
const ask = { meter: 'main', parameter: 'power', fromMs: START, toMs: START + 3_600_000, maxPoints: 500 };

describe('history in memory', () => {
  it('tells smallest, mean and largest of ten seconds', () => {
    const history = new MemoryHistory();
    for (const [at, value] of [1, 2, 6].entries()) history.record('main', 'power', value, START + at * 1_000);
    history.record('main', 'power', 5, START + 10_000);
    history.record('main', 'voltage', 230, START);
    expect(history.query(ask)).toEqual([
      { timeMs: START, min: 1, mean: 3, max: 6 },
      { timeMs: START + 10_000, min: 5, mean: 5, max: 5 },
    ]);
    expect(history.query({ ...ask, fromMs: START + 10_000 })).toHaveLength(1);
    expect(history.query({ ...ask, meter: 'other' })).toEqual([]);
  });

  it('merges points where there are more than wanted, and loses no extreme', () => {
    const history = new MemoryHistory();
    for (let at = 0; at < 360; at++)
      history.record('main', 'power', at === 100 ? 999 : 1, START + at * 10_000);
    const points = history.query({ ...ask, maxPoints: 50 });
    expect(points.length).toBeLessThanOrEqual(50);
    expect(points.length).toBeGreaterThan(40);
    expect(Math.max(...points.map(({ max }) => max))).toBe(999);
    expect(points.map(({ timeMs }) => timeMs)).toEqual(points.map(({ timeMs }) => timeMs).toSorted());
  });

  it('forgets the oldest, and takes no more memory however long it runs', () => {
    const history = new MemoryHistory();
    const day = 8_640;
    for (let at = 0; at < day; at++) history.record('main', 'power', at, START + at * 10_000);
    const points = history.query({ ...ask, toMs: START + day * 10_000, maxPoints: day });
    expect(points).toHaveLength(2_160);
    expect(points.at(-1)?.max).toBe(day - 1);
  });

  it('takes a clock that is set back for the same time', () => {
    const history = new MemoryHistory();
    history.record('main', 'power', 1, START + 20_000);
    history.record('main', 'power', 3, START);
    expect(history.query(ask)).toEqual([{ timeMs: START + 20_000, min: 1, mean: 2, max: 3 }]);
  });
});
