import type { Retry } from '../errors/index.ts';

const FIRST_MS = 500;
/** The longest wait: something local is worth a look every few seconds, something remote is not to be stormed. */
const CAP_MS: Readonly<Record<Retry, number>> = { now: 1_000, soon: 2_000, later: 30_000, never: 30_000 };

/**
 * How long to wait before the next try: doubled each time up to a cap, less up to a quarter by chance, so that
 * many bridges that failed together do not come back together.
 * @param failures in a row, 1 or more
 */
export function backoffMs(failures: number, retry: Retry, random: () => number = Math.random): number {
  const full = Math.min(CAP_MS[retry], FIRST_MS * 2 ** Math.min(failures - 1, 16));
  return Math.round(full * (1 - random() / 4));
}
