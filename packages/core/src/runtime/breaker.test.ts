import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import { lineWait, meterWait } from './backoff.ts';
import { Breaker } from './breaker.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const error = new BridgeError('meter/silent', 'nothing came');

describe('a breaker', () => {
  it('opens after so many failures in a row, lets one try through, and closes when that succeeds', () => {
    const breaker = new Breaker(3, () => 60_000);
    const opened: boolean[] = [];
    for (let failure = 0; failure < 3; failure++) {
      expect(breaker.state).toBe('closed');
      breaker.trying();
      opened.push(breaker.failed(error).hasOpened);
    }
    expect(opened).toEqual([false, false, true]);
    expect(breaker).toMatchObject({ state: 'open', failures: 3, problem: error, retryInMs: 60_000 });
    vi.advanceTimersByTime(59_000);
    expect(breaker.retryInMs).toBe(1_000);
    breaker.trying();
    expect(breaker.state).toBe('half-open');
    expect(breaker.failed(error).hasOpened).toBe(false);
    expect(breaker).toMatchObject({ state: 'open', failures: 4 });
    breaker.trying();
    breaker.succeeded();
    expect(breaker).toMatchObject({ state: 'closed', failures: 0, problem: null, retryInMs: null });
  });

  it('says whether a failure is another one than before', () => {
    const breaker = new Breaker(3, () => 0);
    expect(breaker.failed(error).isNews).toBe(true);
    expect(breaker.failed(error).isNews).toBe(false);
    expect(breaker.failed(new BridgeError('link/lost', 'gone')).isNews).toBe(true);
    breaker.succeeded();
    expect(breaker.failed(error).isNews).toBe(true);
  });
});

/** Waits of this many failures in a row, with what chance takes off at most. */
const within = (full: number) => [Math.round(full * 0.75), full] as const;

describe('the wait before the next try', () => {
  it('of a line grows from half a second: up to two where a look is cheap, to 15 if that goes on, else to `reset_after`', () => {
    const wait = lineWait(60_000);
    const lost = new BridgeError('link/lost', 'gone');
    const timeout = new BridgeError('link/timeout', 'no');
    for (const [failures, cause, full] of [
      [1, lost, 500],
      [2, lost, 1_000],
      [60, lost, 2_000],
      [61, lost, 15_000],
      [4, timeout, 4_000],
      [100, timeout, 60_000],
    ] as const) {
      const [least, most] = within(full);
      const waitMs = wait(failures, cause);
      expect(waitMs).toBeGreaterThanOrEqual(least);
      expect(waitMs).toBeLessThanOrEqual(most);
    }
  });

  it('of a meter is its turn until the breaker opens, then doubles up to ten times `reset_after`', () => {
    expect(meterWait(3, 60_000, 10_000)(2, error)).toBe(10_000);
    const hourly = meterWait(3, 60_000, 3_600_000);
    expect(hourly(1, error)).toBe(60_000);
    for (const [failures, full] of [
      [3, 60_000],
      [4, 120_000],
      [5, 240_000],
      [50, 600_000],
    ] as const) {
      const [least, most] = within(full);
      const waitMs = hourly(failures, error);
      expect(waitMs).toBeGreaterThanOrEqual(least);
      expect(waitMs).toBeLessThanOrEqual(most);
    }
  });
});
