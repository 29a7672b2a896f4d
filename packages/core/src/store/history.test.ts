import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { History } from './history.ts';
import { openStore, tempFolder } from './store.fixture.ts';
import type { HistoryPoint } from './summary.ts';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
/** A whole day, so that minutes begin where they seem to. */
const START = Math.floor(Date.now() / DAY) * DAY - DAY;
const EVERY = 7 * SECOND;

const ask = { meter: 'm', key: 'power', from: START, to: START + DAY - 1, maxPoints: 10_000 };

/** The how-manieth value it is, every seven seconds. */
function fill(history: History, fromMs: number, toMs: number): void {
  for (let n = Math.ceil(fromMs / EVERY); n * EVERY < toMs; n++)
    history.append('m', 'power', START + n * EVERY, n);
}

/** Each value is in one point, and in one only. */
function expectWhole(points: readonly HistoryPoint[], toMs: number): void {
  expect(points.map(({ min }) => min)).toEqual([0, ...points.slice(0, -1).map(({ max }) => max + 1)]);
  expect(points.at(-1)?.max).toBe(Math.ceil(toMs / EVERY) - 1);
  expect(points.map(({ time }) => time)).toEqual(points.map(({ time }) => time).toSorted());
}

const widths = (points: readonly HistoryPoint[]): readonly number[] => [
  ...new Set(points.slice(1).map(({ time }, at) => time - points[at]!.time)),
];

describe('history', () => {
  it('goes on by ten seconds where an earlier run ended in the middle of a minute', async () => {
    const path = join(tempFolder(), 'meters.db');
    const before = openStore(path);
    fill(before.history, 0, 30 * MINUTE + 25 * SECOND);
    await before.close(100);
    const { history } = openStore(path);
    fill(history, 30 * MINUTE + 25 * SECOND, HOUR);
    const points = history.query(ask);
    expectWhole(points, HOUR);
    const begin = START + 31 * MINUTE;
    expect(widths(points.filter(({ time }) => time <= begin))).toEqual([MINUTE]);
    expect(widths(points.filter(({ time }) => time >= begin))).toEqual([10 * SECOND]);
    const [onlyOld, onlyNew] = [{ to: begin - 1 }, { from: begin }].map((span) => ({ ...ask, ...span }));
    expect([...history.query(onlyOld!), ...history.query(onlyNew!)]).toEqual(points);
  });

  it('gives no more points than are asked for over both', async () => {
    const path = join(tempFolder(), 'meters.db');
    const before = openStore(path);
    fill(before.history, 0, 8 * HOUR);
    await before.close(100);
    const { history } = openStore(path);
    fill(history, 8 * HOUR, 10 * HOUR);
    for (const maxPoints of [2, 10, 100, 500]) {
      const points = history.query({ ...ask, to: START + 10 * HOUR - 1, maxPoints });
      expectWhole(points, 10 * HOUR);
      expect(points.length).toBeLessThanOrEqual(maxPoints);
      expect(points.length).toBeGreaterThan(maxPoints / 2);
    }
  });

  it('goes back by the minute to where memory has no more', () => {
    const { history } = openStore(join(tempFolder(), 'meters.db'));
    fill(history, 0, 10 * HOUR);
    const points = history.query(ask);
    expectWhole(points, 10 * HOUR);
    expect(widths(points)).toEqual([MINUTE, 10 * SECOND]);
  });

  it.each([
    ['without a file', null, true],
    ['with a file that cannot be opened', tempFolder, true],
    ['that is switched off', null, false],
  ])('%s has the last hours all the same', (_, path, isKept) => {
    const { history } = openStore(path?.() ?? null, isKept ? {} : { history: null });
    fill(history, 0, HOUR);
    const points = history.query(ask);
    expectWhole(points, HOUR);
    expect(widths(points)).toEqual([10 * SECOND]);
  });
});
