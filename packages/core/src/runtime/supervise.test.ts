import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import type { Reading } from '../model/index.ts';
import { backoffMs } from './backoff.ts';
import { supervise } from './supervise.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

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
        throw new BridgeError('link/refused', 'no');
      },
      { onReading: () => undefined, onFailure: (_error, _failures, waitMs) => waits.push(waitMs) },
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
    const running = supervise(
      async function* () {
        yield reading;
        throw new Error('odd');
      },
      {
        onReading: () => undefined,
        onFailure: (error, count) => failures.push(error.code === 'internal/unexpected' ? count : -1),
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
      { onReading: () => undefined, onFailure: ({ code }) => codes.push(code) },
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
    expect(backoffMs(1, 'later', () => 0)).toBe(500);
    expect(backoffMs(3, 'later', () => 0)).toBe(2_000);
    expect(backoffMs(3, 'later', () => 1)).toBe(1_500);
    expect(backoffMs(1_000, 'later', () => 0)).toBe(30_000);
    expect(backoffMs(1_000, 'soon', () => 0)).toBe(2_000);
  });
});
