import type { Retry } from '../errors/index.ts';
import type { Wait } from './breaker.ts';

const FIRST_MS = 500;
/** What restarts is back by then; what is not may be too busy to be asked all the time. */
const SOON_FAILURES = 60;
const NOT_SO_SOON_MS = 15_000;
/** A meter that goes on failing is left alone up to so many times as long as at first. */
const LONGEST = 10;

/**
 * How long to wait before the next try: doubled each time up to a cap, less up to a quarter by chance, so that
 * many that failed together do not come back together.
 * @param failures in a row, 1 or more
 */
export function backoffMs(
  failures: number,
  firstMs: number,
  capMs: number,
  random: () => number = Math.random,
): number {
  const full = Math.min(capMs, firstMs * 2 ** Math.min(failures - 1, 16));
  return Math.round(full * (1 - random() / 4));
}

/** For a line: something local is worth a look every second or two, something remote is not to be stormed. */
export function lineWait(resetAfterMs: number): Wait {
  return (failures, { retry }) => backoffMs(failures, FIRST_MS, capMs(failures, retry, resetAfterMs));
}

function capMs(failures: number, retry: Retry, resetAfterMs: number): number {
  if (retry === 'now') return 1_000;
  if (retry !== 'soon') return resetAfterMs;
  return failures <= SOON_FAILURES ? 2_000 : Math.min(NOT_SO_SOON_MS, resetAfterMs);
}

/** For a meter that is asked on a line: it has its turn like the others until its breaker opens. */
export function meterWait(maxFailures: number, resetAfterMs: number, intervalMs: number): Wait {
  return (failures) =>
    failures < maxFailures
      ? Math.min(intervalMs, resetAfterMs)
      : backoffMs(failures - maxFailures + 1, resetAfterMs, LONGEST * resetAfterMs);
}
