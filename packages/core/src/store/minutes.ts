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
/** More of them hold up the next reading: they go with another transaction. */
const WRITE_AT_ONCE = 1_000;
/** Summaries that are kept in memory while there is no file to write to, besides the last minutes. */
const MAX_PENDING = 20_000;
/** Those that may be there though all is well: one is over while the one before is written. */
const LAST_MINUTES = 3;

export interface HistoryLimits {
  readonly retentionMs: number;
  /** Of the file, with all that is in it; beyond, the oldest values go before their time. */
  readonly maxFileBytes: number;
}

/** By key. */
type OfMeter = Map<string, Summary>;

/** One summary of each measurement and minute, in the file. */
export class Minutes implements Member {
  readonly #limits: HistoryLimits;
  /** Not written yet: minute → meter. */
  readonly #minutes = new Map<number, Map<string, OfMeter>>();
  #database: Database | null = null;
  #table: HistoryTable | null = null;
  #pending = 0;
  #pendingSinceMs: number | null = null;
  #newestMinute = 0;
  #isWritten = false;
  /** Minute and meter of what is in the transaction. */
  #written: (readonly [number, string])[] = [];

  constructor(limits: HistoryLimits) {
    this.#limits = limits;
  }

  keepIn(database: Database): void {
    this.#database = database;
  }

  append(meter: string, key: string, epochMs: number, value: number): void {
    const minute = Math.floor(epochMs / MINUTE_MS);
    const ofMeter = this.#ofMeter(minute, meter);
    const known = ofMeter.get(key);
    if (known) {
      include(known, summaryOf(value));
      return;
    }
    ofMeter.set(key, summaryOf(value));
    if (++this.#pending > MAX_PENDING && this.#minutes.size > LAST_MINUTES) this.#dropOldest();
    this.#newestMinute = Math.max(this.#newestMinute, minute);
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
    this.#written = [];
    let count = 0;
    for (const [minute, meter, summaries] of this.#unwritten()) {
      if (count >= WRITE_AT_ONCE && !isLast) return;
      for (const [key, summary] of summaries) table.add(meter, key, minute, summary);
      this.#written.push([minute, meter]);
      count += summaries.size;
    }
    // The clock of this machine may be wrong, and so may be that of a meter: what both say is over, is.
    const now = Math.min(this.#newestMinute, Math.floor(Date.now() / MINUTE_MS));
    const isCrowded = (this.#database?.bytes() ?? 0) > this.#limits.maxFileBytes;
    table.prune(now - Math.floor(this.#limits.retentionMs / MINUTE_MS), isCrowded);
  }

  committed(): void {
    if (!this.#isWritten) return;
    this.#isWritten = false;
    for (const [minute, meter] of this.#written) this.#forget(minute, meter);
    if (this.#pending === 0) this.#pendingSinceMs = null;
  }

  #buckets(meter: string, key: string, span: Span): ReadonlyMap<number, Summary> {
    const { first, last, width } = span;
    const buckets = this.#database?.read(() => this.#table?.buckets(meter, key, span)) ?? new Map();
    for (const [minute, meters] of this.#minutes) {
      const summary = meters.get(meter)?.get(key);
      if (!summary || minute < first || minute > last) continue;
      const bucket = Math.floor((minute - first) / width);
      const known = buckets.get(bucket);
      if (known) include(known, summary);
      else buckets.set(bucket, { ...summary });
    }
    return buckets;
  }

  #ofMeter(minute: number, meter: string): OfMeter {
    const meters = this.#minutes.get(minute) ?? new Map<string, OfMeter>();
    const ofMeter = meters.get(meter) ?? new Map<string, Summary>();
    this.#minutes.set(minute, meters.set(meter, ofMeter));
    return ofMeter;
  }

  *#unwritten(): Generator<readonly [number, string, OfMeter]> {
    for (const [minute, meters] of this.#minutes)
      for (const [meter, summaries] of meters) yield [minute, meter, summaries];
  }

  #dropOldest(): void {
    const oldest = Math.min(...this.#minutes.keys());
    for (const meter of [...(this.#minutes.get(oldest)?.keys() ?? [])]) this.#forget(oldest, meter);
  }

  #forget(minute: number, meter: string): void {
    const meters = this.#minutes.get(minute);
    this.#pending -= meters?.get(meter)?.size ?? 0;
    meters?.delete(meter);
    if (meters?.size === 0) this.#minutes.delete(minute);
  }
}
