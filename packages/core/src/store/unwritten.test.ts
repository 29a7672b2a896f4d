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
    for (const id of [1, 2]) unwritten.taken(add(id));
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

  it('is much later when very many are awaited and all are under way: the broker will confirm them', () => {
    const rows = numbers(300).map((id) => add(id, nobody));
    for (const row of rows) unwritten.taken(row);
    vi.advanceTimersByTime(100);
    const dueMs = unwritten.dueMs();
    expect(dueMs).toBeGreaterThan(100);
    vi.advanceTimersByTime(dueMs);
    expect(unwritten.dueMs()).toBe(0);
  });

  it('is soon again when one of very many waits for the broker', () => {
    const rows = numbers(300).map((id) => add(id, nobody));
    for (const row of rows) unwritten.taken(row);
    unwritten.waits(rows[7]!);
    expect(unwritten.dueMs()).toBeLessThanOrEqual(10);
    unwritten.taken(rows[7]!);
    expect(unwritten.dueMs()).toBeGreaterThan(100);
    unwritten.waits(rows[7]!);
    unwritten.remove(rows[7]!);
    expect(unwritten.dueMs()).toBeGreaterThan(100);
  });

  it('is as soon as ever for one that nobody else keeps, however many are awaited', () => {
    for (const id of numbers(100)) add(id, nobody);
    const own = add(101);
    expect(unwritten.dueMs()).toBe(0);
    unwritten.remove(own);
    expect(unwritten.dueMs()).toBeGreaterThan(0);
  });
});
