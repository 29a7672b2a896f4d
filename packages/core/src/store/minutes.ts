import type { DatabaseSync } from 'node:sqlite';
import type { Database, Member } from './database.ts';
import { HistoryTable, type Span } from './history-table.ts';
import {
  type HistoryPoint,
  type HistoryQuery,
  include,
  pointOf,
  type Summary,
  summaryOf,
} from './summary.ts';

export const MINUTE_MS = 60_000;
/** A minute's values of all measurements are written together. */
const WRITE_EVERY_MS = MINUTE_MS;
/** Minutes of all measurements that are kept in memory while there is no file to write to, besides one of each. */
const MAX_PENDING = 20_000;

export interface HistoryLimits {
  readonly retentionMs: number;
  /** Of the file, with all that is in it; beyond, the oldest values go before their time. */
  readonly maxFileBytes: number;
}

interface Series {
  readonly meter: string;
  readonly key: string;
  /** Not written yet. */
  readonly minutes: Map<number, Summary>;
}

/** One summary of each measurement and minute, in the file. */
export class Minutes implements Member {
  readonly #limits: HistoryLimits;
  /** Those that have something to be written. */
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
    const { minutes } = this.#seriesOf(meter, key);
    const minute = Math.floor(epochMs / MINUTE_MS);
    this.#newestMinute = Math.max(this.#newestMinute, minute);
    const known = minutes.get(minute);
    if (known) {
      include(known, summaryOf(value));
      return;
    }
    minutes.set(minute, summaryOf(value));
    if (++this.#pending > MAX_PENDING) this.#dropOldest(minutes);
    this.#pendingSinceMs ??= performance.now();
    this.#database?.touch();
  }

  /** At most `maxPoints` (and one for the last, open one), ascending; where nothing was measured there is no point. */
  query({ meter, key, from, to, maxPoints }: HistoryQuery): readonly HistoryPoint[] {
    const [first, last] = [Math.floor(from / MINUTE_MS), Math.floor(to / MINUTE_MS)];
    const width = Math.max(1, Math.ceil((last - first + 1) / Math.max(1, maxPoints)));
    return [...this.#buckets(meter, key, { first, last, width })]
      .toSorted(([a], [b]) => a - b)
      .map(([bucket, summary]) => pointOf((first + bucket * width) * MINUTE_MS, summary));
  }

  /** Values that were appended for this minute. */
  count(meter: string, key: string, minute: number): number {
    const buckets = this.#buckets(meter, key, { first: minute, last: minute, width: 1 });
    return buckets.get(0)?.count ?? 0;
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
    this.#meters.clear();
    this.#pending = 0;
    this.#pendingSinceMs = null;
  }

  #buckets(meter: string, key: string, span: Span): ReadonlyMap<number, Summary> {
    const { first, last, width } = span;
    const buckets = this.#database?.read(() => this.#table?.buckets(meter, key, span)) ?? new Map();
    for (const [minute, summary] of this.#meters.get(meter)?.get(key)?.minutes ?? []) {
      if (minute < first || minute > last) continue;
      const bucket = Math.floor((minute - first) / width);
      const known = buckets.get(bucket);
      if (known) include(known, summary);
      else buckets.set(bucket, { ...summary });
    }
    return buckets;
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

  #dropOldest(minutes: Series['minutes']): void {
    const [oldest] = minutes.keys();
    if (minutes.size > 1 && oldest !== undefined && minutes.delete(oldest)) this.#pending--;
  }
}
