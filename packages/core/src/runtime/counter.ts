import type { Decimal } from '../codec/index.ts';

const HOUR_MS = 3_600_000;
/** Meters show some totals anew only every hour, and nobody knows how long ago the first one that is seen was. */
const SLACK_MS = HOUR_MS;
/** The clock of a machine without battery stands still while it is off. */
const SLACK_AFTER_RESTART_MS = 24 * HOUR_MS;
/** A total that goes on rising beyond its limit so many times in a row shows that the limit is wrong. */
const RISES_THAT_PROVE = 3;

/** A moment on every clock there is: each may stand still, be wrong, or jump. */
export interface Moment {
  /** Milliseconds since the start of the process; null: of an earlier process. */
  readonly monotonic: number | null;
  readonly wall: number;
  /** Of the meter. */
  readonly meter: number;
}

/** A value of a total, and when it was seen first. */
export interface Sighting {
  readonly value: Decimal;
  readonly since: Moment;
}

/** A total as it is believed to be. */
export interface Counter {
  readonly good: Sighting;
  /** What it told last, if that cannot be believed yet. */
  readonly held: (Sighting & { readonly rises: number }) | null;
  /** What it has proven to be possible, per hour. */
  readonly proven: number;
}

export type Verdict = 'good' | 'held' | 'confirmed';

/**
 * What a value says of a total: `good` is believed; `held` is not, as the total fell or rose beyond its limit;
 * `confirmed` would not be either, but it goes on from the one that was held before.
 * @param perHour how much the total can rise in an hour at most
 */
export function judge(
  counter: Counter,
  value: Decimal,
  now: Moment,
  perHour: number,
): { readonly verdict: Verdict; readonly counter: Counter } {
  const { good, held, proven } = counter;
  const limit = Math.max(perHour, proven);
  if (isPossible(good, value, now, limit))
    return { verdict: 'good', counter: { good: sighting(good, value, now), held: null, proven } };
  if (held !== null && value.compare(held.value) >= 0) {
    if (isPossible(held, value, now, limit))
      return { verdict: 'confirmed', counter: { good: sighting(held, value, now), held: null, proven } };
    const rises = held.value.compare(good.value) > 0 ? held.rises + 1 : 1;
    if (rises >= RISES_THAT_PROVE) {
      const rate = (value.toNumber() - held.value.toNumber()) / hoursBetween(held.since, now);
      return { verdict: 'confirmed', counter: { good: { value, since: now }, held: null, proven: 2 * rate } };
    }
    return { verdict: 'held', counter: { good, held: { value, since: now, rises }, proven } };
  }
  return { verdict: 'held', counter: { good, held: { value, since: now, rises: 1 }, proven } };
}

/** What stays the same was there before. */
function sighting(before: Sighting, value: Decimal, now: Moment): Sighting {
  return value.compare(before.value) === 0 ? before : { value, since: now };
}

function isPossible(from: Sighting, value: Decimal, now: Moment, perHour: number): boolean {
  if (value.compare(from.value) < 0) return false;
  if (perHour === Number.POSITIVE_INFINITY) return true;
  const rise = value.toNumber() - from.value.toNumber();
  const step = 10 ** -Math.min(value.decimals, from.value.decimals);
  return rise <= perHour * hoursBetween(from.since, now) + 2 * step;
}

/** The longest time that may have passed. Whichever clock was set meanwhile, it is not taken to be less than it was. */
function hoursBetween(from: Moment, to: Moment): number {
  const [wall, meter] = [to.wall - from.wall, to.meter - from.meter];
  if (from.monotonic !== null && to.monotonic !== null)
    return (Math.max(to.monotonic - from.monotonic, wall, meter) + SLACK_MS) / HOUR_MS;
  if (wall < 0) return Number.POSITIVE_INFINITY;
  return (Math.max(wall, meter) + SLACK_AFTER_RESTART_MS) / HOUR_MS;
}
