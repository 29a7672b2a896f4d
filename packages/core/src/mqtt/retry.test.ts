import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { retryDelayMs, sleep } from './retry.ts';

const timing = { retryMinMs: 1_000, retryMaxMs: 60_000 };

describe('wait between two tries', () => {
  it.each([
    [0, 2_000],
    [1, 4_000],
    [4, 32_000],
    [5, 60_000],
    [1_000_000, 60_000],
  ])('after %i failures is drawn from 1 s to %i ms', (failures, longest) => {
    expect(retryDelayMs(failures, timing, () => 0)).toBe(1_000);
    expect(retryDelayMs(failures, timing, () => 0.5)).toBe((1_000 + longest) / 2);
    expect(retryDelayMs(failures, timing, () => 1)).toBe(longest);
  });

  it('never leaves its bounds', () => {
    fc.assert(
      fc.property(fc.nat(), (failures) => {
        const ms = retryDelayMs(failures, timing);
        expect(ms).toBeGreaterThanOrEqual(1_000);
        expect(ms).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});

describe('sleep', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('ends when the time is over or the signal is aborted, and leaves no timer behind', async () => {
    const stop = new AbortController();
    const short = sleep(1_000, stop.signal);
    const long = sleep(60_000, stop.signal);
    await vi.advanceTimersByTimeAsync(1_000);
    await short;
    expect(vi.getTimerCount()).toBe(1);
    stop.abort();
    await long;
    await sleep(60_000, stop.signal);
    expect(vi.getTimerCount()).toBe(0);
  });
});
