import { Decimal } from '../codec/index.ts';
import type { Counter, Sighting } from './counter.ts';

/** Totals as the store keeps them, by key: what a restart must not forget. */
type CountersRecord = Readonly<Record<string, CounterRecord>>;

interface CounterRecord extends SightingRecord {
  readonly unit: string | null;
  readonly held?: SightingRecord & { readonly rises: number };
  readonly proven?: number;
}

interface SightingRecord {
  readonly value: string;
  readonly wall: number;
  readonly meter: number;
}

/** A counter, and the unit that it counts in. */
export interface UnitCounter {
  readonly unit: string | null;
  readonly counter: Counter;
}

export function recordOf(counters: ReadonlyMap<string, UnitCounter>): CountersRecord {
  return Object.fromEntries(
    Array.from(
      counters,
      ([
        key,
        {
          unit,
          counter: { good, held, proven },
        },
      ]) => [
        key,
        {
          ...sightingRecord(good),
          unit,
          ...(held && { held: { ...sightingRecord(held), rises: held.rises } }),
          ...(proven > 0 && { proven }),
        },
      ],
    ),
  );
}

/** Whatever cannot be read is left out: then the next value is believed. */
export function countersOf(record: unknown): Map<string, UnitCounter> {
  const counters = new Map<string, UnitCounter>();
  for (const [key, one] of Object.entries(isObject(record) ? record : {})) {
    const good = sightingOf(one);
    if (good === null || !isObject(one)) continue;
    const held = sightingOf(one.held);
    const rises = isObject(one.held) && typeof one.held.rises === 'number' ? one.held.rises : 1;
    counters.set(key, {
      unit: typeof one.unit === 'string' ? one.unit : null,
      counter: {
        good,
        held: held && { ...held, rises },
        proven: typeof one.proven === 'number' ? one.proven : 0,
      },
    });
  }
  return counters;
}

function sightingRecord({ value, since: { wall, meter } }: Sighting): SightingRecord {
  return { value: value.toString(), wall, meter };
}

function sightingOf(record: unknown): Sighting | null {
  if (!isObject(record)) return null;
  const { value, wall, meter } = record;
  const number = typeof value === 'string' ? Decimal.parse(value) : null;
  if (number === null || typeof wall !== 'number' || typeof meter !== 'number') return null;
  return { value: number, since: { monotonic: null, wall, meter } };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
