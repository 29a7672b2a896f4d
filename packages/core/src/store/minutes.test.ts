import { join } from 'node:path';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Minutes } from './minutes.ts';
import { afterKill, openStore, tempFolder } from './store.fixture.ts';

const MINUTE = 60_000;
const DAY = 1_440 * MINUTE;
/** A whole day, so that buckets begin where they seem to. */
const START = Math.floor(Date.now() / DAY) * DAY - DAY;

const fresh = (): string => join(tempFolder(), 'meters.db');
const all = { meter: 'm', key: 'power', from: START, to: START + DAY - 1, maxPoints: 10_000 };

afterEach(() => void vi.useRealTimers());

describe('history by the minute', () => {
  it('keeps a summary of each minute, before and after it is written', async () => {
    const path = fresh();
    const store = openStore(path);
    for (const [second, value] of [
      [0, 1],
      [30, 4],
      [59, 1],
      [60, 7],
    ] as const)
      store.history.append('m', 'power', START + second * 1_000, value);
    const expected = [
      { time: START, min: 1, max: 4, mean: 2 },
      { time: START + MINUTE, min: 7, max: 7, mean: 7 },
    ];
    expect(store.history.minutes?.query(all)).toEqual(expected);
    await store.close(100);
    const after = openStore(path);
    expect(after.history.minutes?.query(all)).toEqual(expected);
    // What belongs to a minute that is written already is added to it.
    after.history.append('m', 'power', START + 45_000, -2);
    const [first] = after.history.minutes?.query(all) ?? [];
    expect(first).toEqual({ time: START, min: -2, max: 4, mean: 1 });
    await after.close(100);
    expect(openStore(path).history.minutes?.query(all)[0]).toEqual(first);
  });

  it('loses no minute of many measurements', async () => {
    const path = fresh();
    const store = openStore(path);
    for (const minute of [0, 1])
      for (let key = 0; key < 25_000; key++)
        store.history.append('m', String(key), START + minute * MINUTE, key + minute);
    await store.close(100);
    const { minutes } = openStore(path).history;
    for (const key of [0, 12_500, 24_999])
      expect(minutes?.query({ ...all, key: String(key) }).map(({ mean }) => mean)).toEqual([key, key + 1]);
  });

  it('keeps the last minutes, and no more than that, while there is no file', () => {
    const minutes = new Minutes({ retentionMs: DAY, maxFileBytes: 1e6 });
    for (let minute = 0; minute < 10; minute++)
      for (let key = 0; key < 5_000; key++) minutes.append('m', String(key), START + minute * MINUTE, minute);
    expect(minutes.query({ ...all, key: '7' }).map(({ mean }) => mean)).toEqual([6, 7, 8, 9]);
  });

  it('writes many measurements with one transaction after the other', () => {
    vi.useFakeTimers();
    const path = fresh();
    const store = openStore(path);
    for (const meter of ['m', 'n', 'o'])
      for (let key = 0; key < 1_000; key++) store.history.append(meter, String(key), START, key);
    const seen = new Set<number | undefined>();
    vi.advanceTimersByTime(MINUTE - 10);
    for (let turn = 0; turn < 20; turn++) {
      seen.add(openStore(afterKill(path)).history.minutes?.seriesCount);
      vi.advanceTimersByTime(5);
    }
    expect([...seen]).toEqual([0, 1_000, 2_000, 3_000]);
    expect(store.history.minutes?.query({ ...all, meter: 'o', key: '7' })).toEqual([
      { time: START, min: 7, max: 7, mean: 7 },
    ]);
  });

  it('gives no more points than are asked for, each with all that is in it', async () => {
    const path = fresh();
    const store = openStore(path);
    for (let minute = 0; minute < 1_440; minute++)
      store.history.append('m', 'power', START + minute * MINUTE, minute);
    const query = { ...all, maxPoints: 24 };
    const points = store.history.minutes?.query(query);
    expect(points).toHaveLength(24);
    expect(points?.[1]).toEqual({ time: START + 60 * MINUTE, min: 60, max: 119, mean: 89.5 });
    await store.close(100);
    expect(openStore(path).history.minutes?.query(query)).toEqual(points);
  });

  it('has no points where nothing was measured, and keeps measurements apart', () => {
    const { history } = openStore(fresh());
    history.append('m', 'power', START, 1);
    history.append('m', 'power', START + 10 * MINUTE, 2);
    history.append('m', 'voltage', START + 5 * MINUTE, 230);
    history.append('n', 'power', START + 5 * MINUTE, 9);
    expect(history.minutes?.query(all).map(({ mean }) => mean)).toEqual([1, 2]);
    expect(history.minutes?.query({ ...all, key: 'gas' })).toEqual([]);
    history.append('m', 'power', START, Number.NaN);
    expect(history.minutes?.query(all)[0]?.mean).toBe(1);
  });

  it('forgets what is older than its retention', async () => {
    const path = fresh();
    const settings = { history: { retentionMs: 2 * DAY + 10 * MINUTE, maxBytes: 1e6 } };
    const store = openStore(path, settings);
    for (let day = 5; day >= 0; day--) store.history.append('m', 'power', START - day * DAY, day);
    await store.close(100);
    // Each time a day goes at most.
    for (let turn = 0; turn < 5; turn++) {
      const again = openStore(path, settings);
      again.history.append('m', 'power', START + turn * MINUTE, 0);
      await again.close(100);
    }
    const left = openStore(path, settings).history.minutes?.query({ ...all, from: START - 9 * DAY });
    expect(left?.map(({ time }) => time).slice(0, 2)).toEqual([START - 2 * DAY, START - DAY]);
  });

  it('knows no measurement any more of which nothing is left', async () => {
    const path = fresh();
    const settings = { history: { retentionMs: 2 * DAY, maxBytes: 1e6 } };
    const store = openStore(path, settings);
    store.history.append('gone', 'power', START - 5 * DAY, 1);
    store.history.append('m', 'power', START, 1);
    await store.close(100);
    for (let turn = 1; turn < 4; turn++) {
      const again = openStore(path, settings);
      again.history.append('m', 'power', START + turn * MINUTE, 0);
      await again.close(100);
    }
    const late = openStore(path, settings);
    expect(late.history.minutes?.seriesCount).toBe(1);
    late.history.append('gone', 'power', START, 2);
    await late.close(100);
    const { minutes } = openStore(path, settings).history;
    expect(minutes?.query({ ...all, meter: 'gone' }).map(({ mean }) => mean)).toEqual([2]);
  });

  it('keeps what there is when the clock of the machine is years ahead of its meters', async () => {
    const path = fresh();
    const store = openStore(path);
    store.history.append('m', 'power', START - 3_000 * DAY, 1);
    await store.close(100);
    const query = { ...all, from: START - 3_001 * DAY };
    expect(openStore(path).history.minutes?.query(query)).toHaveLength(1);
  });

  it('lets the oldest go when the file is crowded', async () => {
    const path = fresh();
    const limits = { maxMessages: 10, maxBytes: 10_000, maxAgeMs: 1e9, isKept: true };
    const settings = { outbox: limits, history: { retentionMs: 100 * DAY, maxBytes: 200_000 } };
    const filled = openStore(path, settings);
    for (let minute = 0; minute < 14_400; minute++)
      filled.history.append('m', 'power', START - 10 * DAY + minute * MINUTE, minute + 0.5);
    await filled.close(100);
    for (let turn = 0; turn < 12; turn++) {
      const again = openStore(path, settings);
      again.history.append('m', 'power', START + turn * MINUTE, 0);
      await again.close(100);
    }
    const store = openStore(path, settings);
    expect(store.stats().file_bytes).toBeLessThan(250_000);
    const left = store.history.minutes?.query({ ...all, from: START - 20 * DAY, maxPoints: 100_000 }) ?? [];
    expect(left.at(-1)?.time).toBe(START + 11 * MINUTE);
    expect(left.length).toBeGreaterThan(1_440);
  });
});
