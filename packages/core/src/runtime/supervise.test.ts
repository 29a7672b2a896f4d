import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import type { Reading } from '../model/index.ts';
import { backoffMs, lineWait } from './backoff.ts';
import { Breaker } from './breaker.ts';
import { supervise } from './supervise.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const breaker = () => new Breaker(5, lineWait(60_000));
const reading = {} as Reading; // Its content means nothing to the supervisor.

describe('supervise', () => {
  it('starts a source again after it failed, waiting longer each time', async () => {
    const abort = new AbortController();
    const waits: number[] = [];
    let starts = 0;
    const running = supervise(
      // biome-ignore lint/correctness/useYield: it never gets so far
      async function* () {
        starts++;
        throw new BridgeError('link/timeout', 'no');
      },
      breaker(),
      { onReading: () => undefined, onFailure: ({ waitMs }) => waits.push(waitMs) },
      abort.signal,
    );
    await vi.advanceTimersByTimeAsync(20_000);
    abort.abort();
    await running;
    expect(starts).toBe(waits.length);
    expect(waits.length).toBeGreaterThan(4);
    for (let at = 1; at < 5; at++) expect(waits[at]).toBeGreaterThan(waits[at - 1]!);
  });

  it('counts failures in a row only: a reading ends them', async () => {
    const abort = new AbortController();
    const failures: number[] = [];
    const odd = breaker();
    const running = supervise(
      async function* () {
        yield reading;
        throw new Error('odd');
      },
      odd,
      {
        onReading: () => undefined,
        onFailure: ({ error }) => failures.push(error.code === 'internal/unexpected' ? odd.failures : -1),
      },
      abort.signal,
    );
    await vi.advanceTimersByTimeAsync(10_000);
    abort.abort();
    await running;
    expect(failures.length).toBeGreaterThan(2);
    expect(new Set(failures)).toEqual(new Set([1]));
  });

  it('takes a source that just ends for a lost link, not for a reason to spin', async () => {
    const abort = new AbortController();
    const codes: string[] = [];
    const running = supervise(
      async function* () {
        yield reading;
      },
      breaker(),
      { onReading: () => undefined, onFailure: ({ error }) => codes.push(error.code) },
      abort.signal,
    );
    await vi.advanceTimersByTimeAsync(1_000);
    abort.abort();
    await running;
    expect(new Set(codes)).toEqual(new Set(['link/lost']));
    expect(codes.length).toBeLessThan(5);
  });
});

describe('backoff', () => {
  it('grows to its cap and varies by a quarter', () => {
    expect(backoffMs(1, 500, 30_000, () => 0)).toBe(500);
    expect(backoffMs(3, 500, 30_000, () => 0)).toBe(2_000);
    expect(backoffMs(3, 500, 30_000, () => 1)).toBe(1_500);
    expect(backoffMs(1_000, 500, 30_000, () => 0)).toBe(30_000);
  });
});
