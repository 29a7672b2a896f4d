import type { Instant } from '../model/index.ts';

/** A point in time as the clock of this machine shows it. */
export function localInstant(epochMs: number): Instant {
  return { epochMs, offsetMinutes: -new Date(epochMs).getTimezoneOffset() };
}
