import type { DatabaseSync } from 'node:sqlite';
import type { Database, Member } from './database.ts';
import { HistoryTable, type Summary } from './history-table.ts';

const MINUTE_MS = 60_000;
/** A minute's values of all measurements are written together. */
const WRITE_EVERY_MS = MINUTE_MS;
/** Minutes of all measurements that are kept in memory while there is no file to write to. */
const MAX_PENDING = 20_000;

export interface HistoryLimits {
  readonly retentionMs: number;
  /** Of the file, with all that is in it; beyond, the oldest values go before their time. */
  readonly maxFileBytes: number;
}

export interface HistoryQuery {
  /** `Meter.uniqueId` and `Measurement.key`. */
  readonly meter: string;
  readonly key: string;
  /** Milliseconds since 1970; the whole minutes that they are in count. */
  readonly from: number;
  readonly to: number;
  readonly maxPoints: number;
}

export interface HistoryPoint {
  /** Where it begins, milliseconds since 1970. */
  readonly time: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

interface Series {
  readonly meter: string;
  readonly key: string;
  /** Not written yet. */
  readonly minutes: Map<number, Summary>;
}

/** Numbers over time for plots: one summary of each measurement and minute. */
export class History implements Member {
  readonly #limits: HistoryLimits;
  readonly #meters = new Map<string, Map<string, Series>>();
  #database: Database | null = null;
  #table: HistoryTable | null = null;
  #pending = 0;
  #pendingSinceMs: number | null = null;
  #newestMinute = 0;
  #isWritten = false;

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  keepIn(database: Database): void {
    this.#database = database;
  }

  append(meter: string, key: string, epochMs: number, value: number): void {
    if (!Number.isFinite(value) || !Number.isFinite(epochMs)) return;
    const { minutes } = this.#seriesOf(meter, key);
    const minute = Math.floor(epochMs / MINUTE_MS);
    this.#newestMinute = Math.max(this.#newestMinute, minute);
    const known = minutes.get(minute);
    if (known) {
      known.count++;
      known.sum += value;
      known.min = Math.min(known.min, value);
      known.max = Math.max(known.max, value);
      return;
    }
    minutes.set(minute, { count: 1, sum: value, min: value, max: value });
    if (++this.#pending > MAX_PENDING) this.#dropOldest();
    this.#pendingSinceMs ??= performance.now();
    this.#database?.touch();
  }

  /** At most `maxPoints` (and one for the last, open one), ascending; where nothing was measured there is no point. */
  query({ meter, key, from, to, maxPoints }: HistoryQuery): readonly HistoryPoint[] {
    const [first, last] = [Math.floor(from / MINUTE_MS), Math.floor(to / MINUTE_MS)];
    const width = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, maxPoints)));
    const span = { first, last, width };
    const buckets = this.#database?.read(() => this.#table?.buckets(meter, key, span)) ?? new Map();
    for (const [minute, summary] of this.#meters.get(meter)?.get(key)?.minutes ?? []) {
      if (minute >= first && minute <= last) addTo(buckets, Math.floor((minute - first) / width), summary);
    }
    return [...buckets]
      .toSorted(([a], [b]) => a - b)
      .map(([bucket, { count, sum, min, max }]) => {
        return { time: (first + bucket * width) * MINUTE_MS, min, max, mean: sum / count };
      });
  }

  get seriesCount(): number {
    return this.#table?.seriesCount ?? 0;
  }

  attach(db: DatabaseSync): void {
    this.#table = new HistoryTable(db);
  }

  dueMs(): number {
    if (this.#pendingSinceMs === null) return Number.POSITIVE_INFINITY;
    return Math.max(0, this.#pendingSinceMs + WRITE_EVERY_MS - performance.now());
  }

  write(db: DatabaseSync, isLast: boolean): void {
    // The transaction before this one failed: the series that it made are not there.
    if (this.#isWritten) this.#table = new HistoryTable(db);
    this.#isWritten = false;
    const table = this.#table;
    if (!table || this.#pending === 0 || (!isLast && this.dueMs() > 0)) return;
    this.#isWritten = true;
    for (const { meter, key, minutes } of this.#series()) {
      for (const [minute, summary] of minutes) table.add(meter, key, minute, summary);
    }
    // The clock of this machine may be wrong, and so may be that of a meter: what both say is over, is.
    const now = Math.min(this.#newestMinute, Math.floor(Date.now() / MINUTE_MS));
    const isCrowded = (this.#database?.bytes() ?? 0) > this.#limits.maxFileBytes;
    table.prune(now - Math.floor(this.#limits.retentionMs / MINUTE_MS), isCrowded);
  }

  committed(): void {
    if (!this.#isWritten) return;
    this.#isWritten = false;
    for (const { minutes } of this.#series()) minutes.clear();
    this.#pending = 0;
    this.#pendingSinceMs = null;
  }

  #seriesOf(meter: string, key: string): Series {
    const ofMeter = this.#meters.get(meter) ?? new Map<string, Series>();
    const series = ofMeter.get(key) ?? { meter, key, minutes: new Map() };
    this.#meters.set(meter, ofMeter.set(key, series));
    return series;
  }

  *#series(): Generator<Series> {
    for (const ofMeter of this.#meters.values()) yield* ofMeter.values();
  }

  #dropOldest(): void {
    for (const { minutes } of this.#series()) {
      const [oldest] = minutes.keys();
      if (minutes.size > 1 && oldest !== undefined && minutes.delete(oldest)) this.#pending--;
    }
  }
}

function addTo(buckets: Map<number, Summary>, bucket: number, more: Summary): void {
  const known = buckets.get(bucket);
  if (!known) {
    buckets.set(bucket, { ...more });
    return;
  }
  known.count += more.count;
  known.sum += more.sum;
  known.min = Math.min(known.min, more.min);
  known.max = Math.max(known.max, more.max);
}
