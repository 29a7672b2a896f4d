import type { DatabaseSync, StatementSync } from 'node:sqlite';
import type { Summary } from './summary.ts';

/** Minutes since 1970, and how many of them are one bucket. */
export interface Span {
  readonly first: number;
  readonly last: number;
  readonly width: number;
}

const MINUTES_PER_DAY = 1_440;
/** So many measurements are looked through for what is over, each minute; of each, one day goes at most. */
const PRUNE_SERIES = 100;

/** The tables of the history in one open file. */
export class HistoryTable {
  readonly #db: DatabaseSync;
  readonly #ids = new Map<string, Map<string, number>>();
  readonly #add: StatementSync;
  readonly #buckets: StatementSync;
  readonly #addSeries: StatementSync;
  /** Where the next round of pruning goes on. */
  #prunedUpTo = 0;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#add = db.prepare(`
      INSERT INTO history VALUES (?, ?, ?, ?, ?, ?)
      ON CONFLICT DO UPDATE SET count = count + excluded.count, sum = sum + excluded.sum,
        min = min(min, excluded.min), max = max(max, excluded.max)`);
    this.#buckets = db.prepare(`
      SELECT (minute - CAST(? AS INTEGER)) / CAST(? AS INTEGER) AS bucket, sum(count) AS count, sum(sum) AS sum, min(min) AS min, max(max) AS max
      FROM history WHERE series = ? AND minute BETWEEN ? AND ? GROUP BY bucket`);
    this.#addSeries = db.prepare(
      'INSERT INTO series (meter, key) VALUES (?, ?) ON CONFLICT DO UPDATE SET key = key RETURNING id',
    );
    for (const { id, meter, key } of db.prepare('SELECT id, meter, key FROM series').iterate())
      this.#remember(String(meter), String(key), Number(id));
  }

  get seriesCount(): number {
    let count = 0;
    for (const keys of this.#ids.values()) count += keys.size;
    return count;
  }

  add(meter: string, key: string, minute: number, { count, sum, min, max }: Summary): void {
    this.#add.run(this.#ids.get(meter)?.get(key) ?? this.#create(meter, key), minute, count, sum, min, max);
  }

  buckets(meter: string, key: string, { first, last, width }: Span): Map<number, Summary> {
    const id = this.#ids.get(meter)?.get(key);
    if (id === undefined) return new Map();
    return new Map(
      this.#buckets.all(first, width, id, first, last).map(({ bucket, count, sum, min, max }) => {
        return [
          Number(bucket),
          { count: Number(count), sum: Number(sum), min: Number(min), max: Number(max) },
        ];
      }),
    );
  }

  /**
   * Deletes a part of what is older than `horizon`, or simply of the oldest if the file is crowded. A measurement of
   * which nothing is left goes, too.
   */
  prune(horizon: number, isCrowded: boolean): void {
    const oldest = this.#db.prepare('SELECT min(minute) AS minute FROM history WHERE series = ?');
    const remove = this.#db.prepare('DELETE FROM history WHERE series = ? AND minute < ?');
    const removeSeries = this.#db.prepare('DELETE FROM series WHERE id = ?');
    const series = this.#db
      .prepare('SELECT id, meter, key FROM series WHERE id > ? ORDER BY id LIMIT ?')
      .all(this.#prunedUpTo, PRUNE_SERIES)
      .map(({ id, meter, key }) => ({ id: Number(id), meter: String(meter), key: String(key) }));
    for (const { id, meter, key } of series) {
      const minute = oldest.get(id)?.minute;
      if (minute === null || minute === undefined) {
        removeSeries.run(id);
        this.#ids.get(meter)?.delete(key);
        continue;
      }
      const dayAfter = Number(minute) + MINUTES_PER_DAY;
      remove.run(id, isCrowded ? dayAfter : Math.min(horizon, dayAfter));
    }
    this.#prunedUpTo = series.length < PRUNE_SERIES ? 0 : series.at(-1)!.id;
  }

  #create(meter: string, key: string): number {
    const id = Number(this.#addSeries.get(meter, key)?.id);
    this.#remember(meter, key, id);
    return id;
  }

  #remember(meter: string, key: string, id: number): void {
    const keys = this.#ids.get(meter) ?? new Map<string, number>();
    this.#ids.set(meter, keys.set(key, id));
  }
}
