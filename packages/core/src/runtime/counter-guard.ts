import { Decimal } from '../codec/index.ts';
import { BridgeError } from '../errors/index.ts';
import type { Measurement, Meter, Reading } from '../model/index.ts';
import type { StateSpace } from '../store/index.ts';
import { judge, type Moment } from './counter.ts';
import { type CounterLimits, mostPerHour } from './counter-limits.ts';
import { countersOf, recordOf, type UnitCounter } from './counter-record.ts';

/** What a total has become since is possible all the same: it does no harm to know less than that. */
const KEEP_EVERY_MS = 60_000;

export interface CounterGuardOptions {
  /** Where the totals are kept over a restart. */
  readonly space: StateSpace;
  readonly limitsOf: (meter: Meter) => CounterLimits;
  /** What is not published needs no words. */
  readonly isPublished: (meter: Meter, key: string) => boolean;
  /** Something was held back, or what was held back has turned out to be true. */
  readonly onEvent: (error: BridgeError, counter: string) => void;
  readonly wall?: () => number;
  readonly monotonic?: () => number;
}

interface Guarded {
  readonly meter: Meter;
  readonly counters: Map<string, UnitCounter>;
  /** Values that were held back so far, by key. */
  readonly counts: Map<string, number>;
  /** By key: why the last value is held back; null: nothing to speak of. */
  readonly held: Map<string, BridgeError | null>;
  keptMs: number;
}

interface Total {
  readonly measurement: Measurement;
  readonly value: Decimal;
}

interface Change {
  readonly measurement: Measurement;
  readonly from: Decimal;
  readonly to: Decimal;
  readonly verdict: 'held' | 'confirmed';
}

/** Holds back totals that fall, or rise faster than is possible, until the next reading confirms them. */
export class CounterGuard {
  readonly #options: CounterGuardOptions;
  readonly #wall: () => number;
  readonly #monotonic: () => number;
  readonly #meters = new Map<string, Guarded>();

  constructor(options: CounterGuardOptions) {
    const { wall = Date.now, monotonic = () => performance.now() } = options;
    this.#options = options;
    this.#wall = wall;
    this.#monotonic = monotonic;
  }

  /** The reading itself, or one in which what is held back is null. */
  apply(reading: Reading): Reading {
    const limits = this.#options.limitsOf(reading.meter);
    if (!limits.enabled) return reading;
    const guarded = this.#guarded(reading.meter);
    if (!reading.unchanged) this.#judge(guarded, reading, limits);
    if (guarded.held.size === 0) return reading;
    const values = reading.values.map(({ measurement, value }) => ({
      measurement,
      value: guarded.held.has(measurement.key) ? null : value,
    }));
    return { ...reading, values };
  }

  /** By key: how many values of a meter were held back. */
  countsOf(meter: Meter): ReadonlyMap<string, number> {
    return this.#meters.get(nameOf(meter))?.counts ?? new Map();
  }

  /** Why values are held back now. */
  get held(): readonly BridgeError[] {
    return [...this.#meters.values()].flatMap(({ held }) =>
      [...held.values()].filter((error) => error !== null),
    );
  }

  forget(meter: Meter): void {
    this.#meters.delete(nameOf(meter));
    this.#options.space.delete(nameOf(meter));
  }

  /** To be called before the store is closed. */
  keep(): void {
    for (const guarded of this.#meters.values()) this.#keep(guarded);
  }

  #guarded(meter: Meter): Guarded {
    const name = nameOf(meter);
    const known = this.#meters.get(name);
    if (known) return known;
    const counters = countersOf(this.#options.space.get(name));
    const guarded = { meter, counters, counts: new Map(), held: new Map(), keptMs: Number.NEGATIVE_INFINITY };
    this.#meters.set(name, guarded);
    return guarded;
  }

  #judge(guarded: Guarded, { time, values }: Reading, limits: CounterLimits): void {
    const now = { monotonic: this.#monotonic(), wall: this.#wall(), meter: time.epochMs };
    const heldBefore = guarded.held.size;
    for (const { measurement, value } of values) {
      if (measurement.stateClass === 'total_increasing' && value instanceof Decimal)
        this.#judgeOne(guarded, { measurement, value }, now, limits);
    }
    const isDue = now.monotonic - guarded.keptMs >= KEEP_EVERY_MS;
    if (isDue || guarded.held.size !== heldBefore) this.#keep(guarded);
  }

  #judgeOne(guarded: Guarded, { measurement, value }: Total, now: Moment, limits: CounterLimits): void {
    const { key, unit } = measurement;
    const known = guarded.counters.get(key);
    if (known?.unit !== unit) {
      const counter = { good: { value, since: now }, held: null, proven: 0 };
      guarded.counters.set(key, { unit, counter });
      guarded.held.delete(key);
      return;
    }
    const { verdict, counter } = judge(known.counter, value, now, mostPerHour(unit, limits));
    guarded.counters.set(key, { unit, counter });
    if (verdict !== 'held') guarded.held.delete(key);
    const from = known.counter.good.value;
    if (verdict !== 'good') this.#tell(guarded, { measurement, from, to: value, verdict });
  }

  /** That a total begins anew every day is no event. */
  #tell(guarded: Guarded, { measurement, from, to, verdict }: Change): void {
    const { key, resets, unit } = measurement;
    const { meter, counts, held } = guarded;
    const isUsual = (resets === true && to.compare(from) < 0) || !this.#options.isPublished(meter, key);
    const what = `${meter.id}: ${key} went from ${from} to ${to}${unit === null ? '' : ` ${unit}`}`;
    const error = new BridgeError(`counter/${verdict}`, what);
    if (verdict === 'held') held.set(key, isUsual ? null : error);
    if (isUsual) return;
    if (verdict === 'held') counts.set(key, (counts.get(key) ?? 0) + 1);
    this.#options.onEvent(error, `${error.code} ${nameOf(meter)} ${key}`);
  }

  #keep(guarded: Guarded): void {
    guarded.keptMs = this.#monotonic();
    this.#options.space.set(nameOf(guarded.meter), recordOf(guarded.counters));
  }
}

function nameOf({ type, uniqueId }: Meter): string {
  return `${type}/${uniqueId}`;
}
