import type { Retry } from '../errors/index.ts';
import type { Wait } from './breaker.ts';

const FIRST_MS = 500;
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
  const capMs: Readonly<Record<Retry, number>> = {
    now: 1_000,
    soon: 2_000,
    later: resetAfterMs,
    never: resetAfterMs,
  };
  return (failures, { retry }) => backoffMs(failures, FIRST_MS, capMs[retry]);
}

/** For a meter that is asked on a line: it has its turn like the others until its breaker opens. */
export function meterWait(maxFailures: number, resetAfterMs: number, intervalMs: number): Wait {
  return (failures) =>
    failures < maxFailures
      ? Math.min(intervalMs, resetAfterMs)
      : backoffMs(failures - maxFailures + 1, resetAfterMs, LONGEST * resetAfterMs);
}
