import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { INSERT_ROW, type Row, readRow, writeRow } from './row.ts';

/** A message that the broker refused. */
export interface DeadLetter {
  readonly at: number;
  readonly topic: string;
  readonly payload: string;
  readonly code: string;
  readonly reason: string;
}

/** What is known of the rows in a file without reading their payloads. */
export interface TableSummary {
  readonly rows: number;
  readonly bytes: number;
  readonly lastId: number;
  /** Rows up to this id are late: a newer reading of their topics went out already. */
  readonly lateUpTo: number;
  readonly deadLetters: number;
  /** The newest row of each topic that has a backlog and is not late. */
  readonly newest: ReadonlyMap<string, number>;
}

/** The oldest rows, without their payloads. */
export interface OldRow {
  readonly id: number;
  readonly at: number;
  readonly topic: string;
  readonly bytes: number;
}

/** How much is too much. */
interface Excess {
  readonly rows: number;
  readonly bytes: number;
  /** Milliseconds since 1970. */
  readonly putBefore: number;
}

const MAX_DEAD_LETTERS = 1_000;
/** Deleted at once because of their size or age, at most; the next come with the next transaction. */
const DROP_ROWS = 1_000;
/** 2020-01-01: a clock that showed less was not set. */
const CLOCK_IS_SET_MS = 1_577_836_800_000;

/** The tables of the outbox in one open file. */
export class OutboxTable {
  readonly #db: DatabaseSync;
  readonly #insert: StatementSync;
  readonly #delete: StatementSync;
  readonly #load: StatementSync;
  readonly #oldest: StatementSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
    this.#insert = db.prepare(INSERT_ROW);
    this.#delete = db.prepare('DELETE FROM outbox WHERE id BETWEEN ? AND ?');
    this.#load = db.prepare('SELECT * FROM outbox WHERE id > ? AND id <= ? ORDER BY id LIMIT ?');
    this.#oldest = db.prepare('SELECT id, at, topic, bytes FROM outbox ORDER BY id LIMIT ?');
  }

  summary(): TableSummary {
    const meta = this.#db.prepare("SELECT value FROM meta WHERE key = 'late_up_to'").get();
    const lateUpTo = Number(meta?.value ?? 0);
    const all = this.#db.prepare('SELECT count(*) AS n, sum(bytes) AS b, max(id) AS last FROM outbox').get();
    const dead = this.#db.prepare('SELECT count(*) AS n FROM dead_letter').get();
    const newest = this.#db
      .prepare(
        'SELECT topic, max(id) AS id FROM outbox WHERE id > ? AND backlog_topic <> topic GROUP BY topic',
      )
      .all(lateUpTo);
    return {
      rows: Number(all?.n),
      bytes: Number(all?.b ?? 0),
      lastId: Math.max(Number(all?.last ?? 0), lateUpTo),
      lateUpTo,
      deadLetters: Number(dead?.n),
      newest: new Map(newest.map(({ topic, id }) => [String(topic), Number(id)])),
    };
  }

  insert(row: Row): void {
    writeRow(this.#insert, row);
  }

  delete(ids: Iterable<number>): void {
    for (const [first, last] of ranges([...ids].toSorted((a, b) => a - b))) this.#delete.run(first, last);
  }

  load(after: number, upTo: number, limit: number): Row[] {
    return this.#load.all(after, upTo, limit).map(readRow);
  }

  oldest(limit: number): readonly OldRow[] {
    return this.#oldest.all(limit).map(({ id, at, topic, bytes }) => {
      return { id: Number(id), at: Number(at), topic: String(topic), bytes: Number(bytes) };
    });
  }

  /** Deletes the oldest rows beyond what is to be kept. @returns what was deleted */
  dropOldest({ rows, bytes, putBefore }: Excess, underWay: ReadonlySet<number>): readonly OldRow[] {
    const dropped: OldRow[] = [];
    let bytesLeft = bytes;
    for (const row of this.oldest(Math.max(rows, 0) + underWay.size + DROP_ROWS)) {
      if (underWay.has(row.id)) continue;
      const isExcess = dropped.length < rows || bytesLeft > 0;
      if (!isExcess && row.at < CLOCK_IS_SET_MS) continue;
      if (!isExcess && row.at >= putBefore) break;
      dropped.push(row);
      bytesLeft -= row.bytes;
    }
    this.delete(dropped.map(({ id }) => id));
    return dropped;
  }

  setLateUpTo(id: number): void {
    this.#db.prepare("INSERT OR REPLACE INTO meta VALUES ('late_up_to', ?)").run(String(id));
  }

  /** @returns how many there are now */
  addDeadLetters(letters: readonly DeadLetter[]): number {
    const insert = this.#db.prepare(
      'INSERT INTO dead_letter (at, topic, payload, code, reason) VALUES (?, ?, ?, ?, ?)',
    );
    for (const { at, topic, payload, code, reason } of letters) insert.run(at, topic, payload, code, reason);
    const last = Number(this.#db.prepare('SELECT max(id) AS id FROM dead_letter').get()?.id);
    this.#db.prepare('DELETE FROM dead_letter WHERE id <= ?').run(last - MAX_DEAD_LETTERS);
    return Number(this.#db.prepare('SELECT count(*) AS n FROM dead_letter').get()?.n);
  }
}

/** Runs of consecutive numbers: rows mostly leave in the order in which they came. */
function* ranges(ascending: readonly number[]): Generator<readonly [first: number, last: number]> {
  let first = ascending[0];
  for (const [at, id] of ascending.entries()) {
    const next = ascending[at + 1];
    if (first === undefined || next === id + 1) continue;
    yield [first, id];
    first = next;
  }
}
