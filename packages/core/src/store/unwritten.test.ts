import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Row, rowOf } from './row.ts';
import { Unwritten } from './unwritten.ts';

const LIMITS = { maxMessages: 10_000, maxBytes: 4e6, maxAgeMs: 1e9 };

describe('when readings are written', () => {
  beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
  afterEach(() => void vi.useRealTimers());

  let unwritten: Unwritten;
  beforeEach(() => {
    unwritten = new Unwritten(LIMITS);
  });
  const add = (id: number, onKept?: () => void): Row => {
    const message = { topic: 'a', payload: '1', qos: 1, retain: false, backlogTopic: 'a' } as const;
    const row = rowOf(id, onKept ? { ...message, onKept } : message, 'a');
    unwritten.add(row);
    return row;
  };
  const numbers = (count: number): number[] => Array.from({ length: count }, (_, at) => at + 1);
  const nobody = (): void => undefined;

  it('is never without any, and at once with one that waits for the broker', () => {
    expect(unwritten.dueMs()).toBe(Number.POSITIVE_INFINITY);
    add(1);
    expect(unwritten.dueMs()).toBe(0);
  });

  it('is some time after the first of those under way was sent', () => {
    for (const id of [1, 2]) add(id).takenMs = performance.now();
    const dueMs = unwritten.dueMs();
    expect(dueMs).toBeGreaterThan(0);
    vi.advanceTimersByTime(dueMs);
    expect(unwritten.dueMs()).toBe(0);
  });

  it('is not while many are awaited and more of them come, but soon after none comes any more', () => {
    for (const id of numbers(100)) {
      add(id, nobody);
      vi.advanceTimersByTime(1);
    }
    const dueMs = unwritten.dueMs();
    expect(dueMs).toBeGreaterThan(0);
    expect(dueMs).toBeLessThanOrEqual(10);
    vi.advanceTimersByTime(dueMs);
    expect(unwritten.dueMs()).toBeLessThan(0);
  });

  it('is at once when as many are awaited as the last time none came any more', () => {
    const fill = (): readonly Row[] => numbers(20).map((id) => add(id, nobody));
    const first = fill();
    vi.advanceTimersByTime(1_000);
    expect(unwritten.dueMs()).toBeLessThan(0);
    for (const row of first) unwritten.remove(row);
    fill();
    expect(unwritten.dueMs()).toBeLessThan(0);
    add(21, nobody);
    expect(unwritten.dueMs()).toBeGreaterThan(0);
  });

  it('is not while some of those that are awaited are confirmed', () => {
    const rows = numbers(100).map((id) => add(id, nobody));
    for (const row of rows.slice(0, 50)) {
      vi.advanceTimersByTime(9);
      expect(unwritten.dueMs()).toBeGreaterThan(0);
      unwritten.remove(row);
    }
    vi.advanceTimersByTime(unwritten.dueMs());
    expect(unwritten.dueMs()).toBeLessThan(0);
  });

  it('is later when very many are awaited, and not at once the next time', () => {
    const fill = (): readonly Row[] => numbers(300).map((id) => add(id, nobody));
    unwritten.isBrokerThere = true;
    for (let time = 0; time < 2; time++) {
      const rows = fill();
      const dueMs = unwritten.dueMs();
      expect(dueMs).toBeGreaterThan(10);
      vi.advanceTimersByTime(dueMs);
      expect(unwritten.dueMs()).toBeLessThan(0);
      for (const row of rows) unwritten.remove(row);
    }
  });

  it('is soon when the broker is away, however many are awaited', () => {
    for (const id of numbers(300)) add(id, nobody);
    expect(unwritten.dueMs()).toBeLessThanOrEqual(10);
    unwritten.isBrokerThere = true;
    expect(unwritten.dueMs()).toBeGreaterThan(10);
    unwritten.isBrokerThere = false;
    vi.advanceTimersByTime(10);
    expect(unwritten.dueMs()).toBeLessThan(0);
  });

  it('is not because the file is written anyway, if all are awaited and the broker is at it', () => {
    const rows = numbers(300).map((id) => add(id, nobody));
    unwritten.isBrokerThere = true;
    expect(unwritten.isSpared).toBe(true);
    const own = add(301);
    expect(unwritten.isSpared).toBe(false);
    unwritten.remove(own);
    for (const id of numbers(701)) add(400 + id, nobody);
    expect(unwritten.isSpared).toBe(false);
    for (const row of rows) unwritten.remove(row);
    expect(unwritten.isSpared).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(unwritten.isSpared).toBe(false);
  });

  it('is as soon as ever for one that nobody else keeps, however many are awaited', () => {
    for (const id of numbers(100)) add(id, nobody);
    const own = add(101);
    expect(unwritten.dueMs()).toBe(0);
    unwritten.remove(own);
    expect(unwritten.dueMs()).toBeGreaterThan(0);
  });
});
