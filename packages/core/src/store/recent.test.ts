import { describe, expect, it } from 'vitest';
import { Recent } from './recent.ts';

const START = Date.UTC(2026, 0, 31, 12);
const ask = { meter: 'main', key: 'power', from: START, to: START + 3_600_000, maxPoints: 500 };

describe('history in memory', () => {
  it('tells smallest, mean and largest of ten seconds', () => {
    const history = new Recent();
    for (const [at, value] of [1, 2, 6].entries()) history.append('main', 'power', START + at * 1_000, value);
    history.append('main', 'power', START + 10_000, 5);
    history.append('main', 'voltage', START, 230);
    expect(history.query(ask)).toEqual([
      { time: START, min: 1, mean: 3, max: 6 },
      { time: START + 10_000, min: 5, mean: 5, max: 5 },
    ]);
    expect(history.query({ ...ask, from: START + 10_000 })).toHaveLength(1);
    expect(history.query({ ...ask, meter: 'other' })).toEqual([]);
  });

  it('merges points where there are more than wanted, and loses no extreme', () => {
    const history = new Recent();
    for (let at = 0; at < 360; at++)
      history.append('main', 'power', START + at * 10_000, at === 100 ? 999 : 1);
    const points = history.query({ ...ask, maxPoints: 50 });
    expect(points.length).toBeLessThanOrEqual(50);
    expect(points.length).toBeGreaterThan(40);
    expect(Math.max(...points.map(({ max }) => max))).toBe(999);
    expect(points.map(({ time }) => time)).toEqual(points.map(({ time }) => time).toSorted());
  });

  it('forgets the oldest, and takes no more memory however long it runs', () => {
    const history = new Recent();
    const day = 8_640;
    for (let at = 0; at < day; at++) history.append('main', 'power', START + at * 10_000, at);
    const points = history.query({ ...ask, to: START + day * 10_000, maxPoints: day });
    expect(points).toHaveLength(2_160);
    expect(points.at(-1)?.max).toBe(day - 1);
  });

  it('forgets a meter, and has room for others then', () => {
    const history = new Recent();
    for (let key = 0; key < 20_000; key++) history.append('gone', String(key), START, 1);
    history.append('main', 'power', START, 1);
    expect(history.query(ask)).toEqual([]);
    history.forget('gone');
    history.append('main', 'power', START, 1);
    expect(history.query(ask)).toHaveLength(1);
    expect(history.query({ ...ask, meter: 'gone', key: '0' })).toEqual([]);
  });

  it('takes a clock that is set back for the same time', () => {
    const history = new Recent();
    history.append('main', 'power', START + 20_000, 1);
    history.append('main', 'power', START, 3);
    expect(history.query(ask)).toEqual([{ time: START + 20_000, min: 1, mean: 2, max: 3 }]);
  });
});
