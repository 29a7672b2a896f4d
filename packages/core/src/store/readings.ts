import type { DatabaseSync } from 'node:sqlite';
import type { Database, Member } from './database.ts';
import { type DeadLetter, OutboxTable } from './outbox-table.ts';
import type { OutboxLimits, Outgoing } from './outgoing.ts';
import { Queue } from './queue.ts';
import { type Row, rowOf } from './row.ts';
import { Rows } from './rows.ts';

/** Written at once, whatever else this turn of the event loop brings. */
const MAX_UNWRITTEN = 1_000;
const MAX_UNWRITTEN_DEAD_LETTERS = 100;

/**
 * Readings on their way to the broker, of which every one counts. They are kept in the file; in memory there are only
 * those next in line, those under way and those not written yet.
 */
export class Readings implements Member {
  deadLetters = 0;
  readonly #rows: Rows;
  readonly #queue = new Queue((after, upTo) => this.#rows.load(after, upTo, this.#idsUnderWay()));
  readonly #underWay = new Map<Outgoing, Row>();
  #database: Database | null = null;
  #table: OutboxTable | null = null;
  /** Whether the file says, too, which rows are late. */
  #isLateWritten = true;
  /** Whether there was a connection: then what an earlier run left behind is old. */
  #wasConnected = false;
  #refused: DeadLetter[] = [];

  constructor(limits: OutboxLimits) {
    this.#rows = new Rows(limits);
  }

  /** From now on what is put is meant for this database. */
  keepIn(database: Database): void {
    this.#database = database;
    this.#rows.database = database;
  }

  get size(): number {
    return this.#rows.size;
  }

  get bytes(): number {
    return this.#rows.bytes;
  }

  /** Lost to the limits, or with a damaged file. */
  get dropped(): number {
    return this.#rows.dropped;
  }

  /** Topics on which readings wait that are not late. */
  get waitingTopics(): ReadonlySet<string> {
    return this.#queue.liveTopics;
  }

  put(message: Outgoing, backlogTopic: string): void {
    const row = rowOf(this.#queue.nextId(), message, backlogTopic);
    this.#rows.add(row);
    this.#queue.append(row);
    const { unwritten } = this.#rows;
    for (let old = unwritten.tooMuch(); old; old = unwritten.tooMuch()) {
      this.#queue.drop([old]);
      this.#rows.drop(old);
    }
    if (unwritten.size > MAX_UNWRITTEN && this.#database?.problem === null) this.#database.flush();
    this.#database?.touch();
  }

  /** Live readings first: whoever waits for a backlog can wait a little longer. */
  take(): Outgoing | null {
    const row = this.#queue.next();
    if (!row) return null;
    row.takenMs = performance.now();
    const { backlogTopic, payload, qos } = row;
    const message: Outgoing = this.#queue.isLate(row)
      ? { topic: backlogTopic, payload, qos, retain: false, backlogTopic }
      : row;
    this.#underWay.set(message, row);
    return message;
  }

  done(message: Outgoing): void {
    const row = this.#underWay.get(message);
    if (!row) return;
    this.#underWay.delete(message);
    this.#queue.forget(row);
    this.#rows.forget(row);
    this.#database?.touch();
  }

  back(message: Outgoing): void {
    const row = this.#underWay.get(message);
    if (!row) return;
    this.#underWay.delete(message);
    row.takenMs = null;
    this.#queue.back(row);
    this.#database?.touch();
  }

  refused(message: Outgoing, code: string, reason: string): void {
    const { topic, payload } = message;
    if (this.#underWay.has(message)) this.#refused.push({ at: Date.now(), topic, payload, code, reason });
    if (this.#refused.length > MAX_UNWRITTEN_DEAD_LETTERS) this.#refused.shift();
    this.done(message);
  }

  disconnected(): void {
    this.#rows.unwritten.isBrokerThere = false;
    this.#database?.touch();
  }

  reconnected(): void {
    this.#rows.unwritten.isBrokerThere = true;
    this.#wasConnected = true;
    if (!this.#queue.hasBacklogs) return;
    const leads = this.#queue.leads(this.#idsUnderWay());
    if (!leads) return;
    const rows = leads.flatMap((id) => this.#queue.find(id) ?? this.#rows.find(id) ?? []);
    this.#queue.makeLate();
    this.#isLateWritten = false;
    // A new id moves it behind all that is late, in the file too.
    for (const row of rows) this.#queue.append(this.#rows.move(row, this.#queue.nextId()));
    // The newest go out first: if the process died then, older ones that are not in the file yet would be missing before them.
    if (this.#database?.problem === null) this.#database.flush();
    else this.#database?.touch();
  }

  /** Seconds since the oldest reading was put; null if none waits. */
  oldestAgeS(): number | null {
    const at = this.#rows.oldestAt();
    return at === null ? null : Math.max(0, Math.round((Date.now() - at) / 1000));
  }

  attach(db: DatabaseSync, isSameFile: boolean): void {
    const table = new OutboxTable(db);
    this.#table = table;
    if (isSameFile) {
      if (!this.#rows.reopened(table)) return;
      // Newer readings went out before what was in it.
      this.#queue.makeAllLate();
      this.#isLateWritten = false;
      return;
    }
    const found = table.summary();
    this.deadLetters = found.deadLetters;
    const isOld = this.#wasConnected || this.#queue.lateUpTo > 0;
    if (isOld) this.#isLateWritten = false;
    const kept = this.#rows.replaced(table, found, [...this.#queue.rows, ...this.#underWay.values()]);
    this.#queue.goOnBehind(found, kept, isOld);
  }

  dueMs(): number {
    const dueMs = this.#rows.dueMs();
    return this.#refused.length > 0 || !this.#isLateWritten ? Math.min(dueMs, 0) : dueMs;
  }

  write(): void {
    const table = this.#table;
    if (!table) return;
    this.#rows.write(table, this.#idsUnderWay());
    if (!this.#isLateWritten) table.setLateUpTo(this.#queue.lateUpTo);
    if (this.#refused.length > 0) this.deadLetters = table.addDeadLetters(this.#refused);
  }

  committed(): void {
    this.#refused = [];
    this.#isLateWritten = true;
    this.#queue.drop(this.#rows.committed());
  }

  #idsUnderWay(): ReadonlySet<number> {
    return new Set([...this.#underWay.values()].map(({ id }) => id));
  }
}
