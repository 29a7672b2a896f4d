import type { DatabaseSync } from 'node:sqlite';
import type { Database, Member } from './database.ts';
import { type DeadLetter, type OldRow, OutboxTable } from './outbox-table.ts';
import type { OutboxLimits, Outgoing } from './outgoing.ts';
import { type Row, rowOf } from './row.ts';
import { Section } from './section.ts';

/** Rows that are read from the file at once. */
const LOAD_ROWS = 256;
/**
 * If all are under way they are written only if the broker does not confirm them soon: a healthy broker spares the disk.
 * The network delivers in order, so that a kill meanwhile cuts off an end but leaves no gap.
 */
const GRACE_MS = 50;
/** But not if so many are awaited: whoever waits, such as another broker, may not send more until then. */
const WORTH_A_WRITE = 16;
/** What is not in the file yet, at most: while there is none that can be written, the oldest go. */
const MEMORY_BYTES = 16 * 1024 * 1024;
/** Written at once, whatever else this turn of the event loop brings. */
const MAX_UNWRITTEN = 1_000;
const MAX_UNWRITTEN_DEAD_LETTERS = 100;
const AGE_CHECK_MS = 60_000;

/**
 * Readings on their way to the broker, of which every one counts. They are kept in the file; in memory there are only
 * those next in line, those under way and those not written yet.
 */
export class Readings implements Member {
  /** Lost to the limits, or with a damaged file. */
  dropped = 0;
  deadLetters = 0;
  bytes = 0;
  readonly #limits: OutboxLimits;
  readonly #memoryBytes: number;
  #database: Database | null = null;
  #table: OutboxTable | null = null;
  #lastId = 0;
  /** Not written yet, ascending. */
  #pending = new Map<number, Row>();
  #pendingBytes = 0;
  /** In the file, but not wanted there any more. */
  readonly #gone = new Set<number>();
  /** In the file, without those that are gone. */
  #stored = 0;
  readonly #underWay = new Map<Outgoing, Row>();
  /** Rows up to this id wait for their backlog topic, those above for their own. */
  #lateUpTo = 0;
  #isLateWritten = true;
  #live = new Section(0);
  #late = new Section(0);
  /** The last row of each topic with a backlog that is not late, as long as the broker has not confirmed it. */
  #newest = new Map<string, number>();
  /** Whether there was any message that has another topic when it is late. */
  #hasBacklogs = false;
  /** Whether there was a connection: then what an earlier run left behind is old. */
  #wasConnected = false;
  #refused: DeadLetter[] = [];
  #ageDueMs = 0;
  #written: Row[] = [];
  #excess: readonly OldRow[] = [];
  /** Rows for which someone waits to hear that they are kept. */
  #awaited = 0;
  /** The file could not be read: what was in it comes later. */
  #wasUnreadable = false;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
    this.#memoryBytes = Math.min(MEMORY_BYTES, limits.maxBytes);
  }

  /** From now on what is put is meant for this database. */
  keepIn(database: Database): void {
    this.#database = database;
  }

  get size(): number {
    return this.#pending.size + this.#stored;
  }

  /** Topics on which readings wait that are not late. */
  get waitingTopics(): ReadonlySet<string> {
    return new Set(this.#newest.keys());
  }

  put(message: Outgoing, backlogTopic: string): void {
    const row = rowOf(++this.#lastId, message, backlogTopic);
    this.#add(row);
    this.bytes += row.bytes;
    if (row.onKept) this.#awaited++;
    if (backlogTopic !== row.topic) {
      this.#hasBacklogs = true;
      this.#newest.set(row.topic, row.id);
    }
    const { rows, end } = this.#live;
    // Nothing waits in the file between: it need not be read back.
    if (end === row.id - 1 && rows.length < LOAD_ROWS) {
      rows.push(row);
      this.#live.end = row.id;
    }
    while (this.#pendingBytes > this.#memoryBytes || this.#pending.size > this.#limits.maxMessages) {
      if (!this.#dropFromMemory()) break;
    }
    if (this.#pending.size > MAX_UNWRITTEN && this.#database?.problem === null) this.#database.flush();
    this.#database?.touch();
  }

  /** Live readings first: whoever waits for a backlog can wait a little longer. */
  take(): Outgoing | null {
    const live = this.#next(this.#live, Number.POSITIVE_INFINITY);
    const row = live ?? this.#next(this.#late, this.#lateUpTo);
    if (!row) return null;
    row.takenMs = performance.now();
    const { topic, backlogTopic, payload, qos, retain } = row;
    const message: Outgoing = live
      ? { topic, payload, qos, retain, backlogTopic }
      : { topic: backlogTopic, payload, qos, retain: false, backlogTopic };
    this.#underWay.set(message, row);
    return message;
  }

  done(message: Outgoing): void {
    const row = this.#underWay.get(message);
    if (!row) return;
    this.#underWay.delete(message);
    this.#forget(row);
    this.#database?.touch();
  }

  back(message: Outgoing): void {
    const row = this.#underWay.get(message);
    if (!row) return;
    this.#underWay.delete(message);
    row.takenMs = null;
    (row.id > this.#lateUpTo ? this.#live : this.#late).insert(row);
    this.#database?.touch();
  }

  refused(message: Outgoing, code: string, reason: string): void {
    const { topic, payload } = message;
    if (this.#underWay.has(message)) this.#refused.push({ at: Date.now(), topic, payload, code, reason });
    if (this.#refused.length > MAX_UNWRITTEN_DEAD_LETTERS) this.#refused.shift();
    this.done(message);
  }

  reconnected(): void {
    this.#wasConnected = true;
    if (!this.#hasBacklogs) return;
    const away = this.#idsUnderWay();
    const leads = [...this.#newest.values()].filter((id) => !away.has(id)).toSorted((a, b) => a - b);
    const isEmpty = this.#live.rows.length === 0 && this.#live.end >= this.#lastId;
    if (leads.length === 0 && isEmpty) return;
    const rows = leads.flatMap((id) => this.#find(id) ?? []);
    this.#lateUpTo = this.#lastId;
    this.#isLateWritten = false;
    this.#late = new Section(0);
    this.#live = new Section(this.#lateUpTo);
    // A new id moves it behind all that is late, in the file too.
    for (const row of rows) {
      const lead = { ...row, id: ++this.#lastId, takenMs: null };
      row.onKept = null;
      this.#forget(row);
      this.#add(lead);
      this.bytes += lead.bytes;
      this.#newest.set(lead.topic, lead.id);
      this.#live.rows.push(lead);
    }
    this.#live.end = this.#lastId;
    // The newest go out first: if the process died then, older ones that are not in the file yet would be missing before them.
    if (this.#database?.problem === null) this.#database.flush();
    else this.#database?.touch();
  }

  /** Seconds since the oldest reading was put; null if none waits. */
  oldestAgeS(): number | null {
    const stored = this.#database?.read(() => this.#table?.oldest(this.#gone.size + 1)) ?? [];
    const first = stored.find(({ id }) => !this.#gone.has(id)) ?? this.#pending.values().next().value;
    return first ? Math.max(0, Math.round((Date.now() - first.at) / 1000)) : null;
  }

  attach(db: DatabaseSync, isSameFile: boolean): void {
    this.#table = new OutboxTable(db);
    if (isSameFile) {
      if (this.#wasUnreadable) this.#startOver();
      return;
    }
    const found = this.#table.summary();
    const inMemory = [...this.#live.rows, ...this.#late.rows, ...this.#underWay.values()];
    const kept = new Map([...this.#pending.values(), ...inMemory].map((row) => [row.id, row]));
    this.dropped += this.size - kept.size;
    this.#gone.clear();
    this.#stored = found.rows;
    this.deadLetters = found.deadLetters;
    this.#hasBacklogs ||= found.newest.size > 0 || found.lateUpTo > 0;
    this.#lastId += found.lastId;
    this.#newest = new Map(
      [...this.#newest].flatMap(([topic, id]) => (kept.has(id) ? [[topic, id + found.lastId]] : [])),
    );
    if (this.#wasConnected || this.#lateUpTo > 0) {
      this.#lateUpTo += found.lastId;
      this.#isLateWritten = false;
    } else this.#lateUpTo = found.lateUpTo;
    this.#pending = new Map();
    this.#pendingBytes = 0;
    this.bytes = found.bytes;
    for (const row of [...kept.values()].toSorted((a, b) => a.id - b.id)) {
      row.id += found.lastId;
      this.#add(row);
      this.bytes += row.bytes;
    }
    for (const [topic, id] of found.newest) {
      if (id > this.#lateUpTo && !this.#newest.has(topic)) this.#newest.set(topic, id);
    }
    this.#live = new Section(this.#lateUpTo);
    this.#late = new Section(0);
  }

  dueMs(): number {
    if (this.#awaited >= WORTH_A_WRITE) return -1;
    if (this.#gone.size > 0 || this.#refused.length > 0 || !this.#isLateWritten) return 0;
    const now = performance.now();
    let due = this.#stored > 0 ? Math.max(0, this.#ageDueMs - now) : Number.POSITIVE_INFINITY;
    for (const { takenMs } of this.#pending.values()) {
      if (takenMs === null) return 0;
      due = Math.min(due, Math.max(0, takenMs + GRACE_MS - now));
    }
    return due;
  }

  write(): void {
    const table = this.#table;
    if (!table) return;
    table.delete(this.#gone);
    // All of them: one that is written while an earlier one is not would leave a gap after a kill.
    this.#written = [...this.#pending.values()];
    for (const row of this.#written) table.insert(row);
    if (!this.#isLateWritten) table.setLateUpTo(this.#lateUpTo);
    if (this.#refused.length > 0) this.deadLetters = table.addDeadLetters(this.#refused);
    this.#excess = this.#dropFromFile(table);
  }

  committed(): void {
    this.#gone.clear();
    this.#refused = [];
    this.#isLateWritten = true;
    for (const row of this.#written) {
      this.#pending.delete(row.id);
      this.#pendingBytes -= row.bytes;
      this.#kept(row);
    }
    this.#stored += this.#written.length - this.#excess.length;
    this.#written = [];
    this.#forgetExcess(this.#excess);
    this.#excess = [];
  }

  #next(section: Section, upTo: number): Row | null {
    if (section.rows.length === 0) this.#load(section, upTo);
    return section.rows.shift() ?? null;
  }

  #load(section: Section, upTo: number): void {
    const end = Math.min(upTo, this.#lastId);
    const away = section.end < end ? this.#idsUnderWay() : new Set();
    while (section.rows.length === 0 && section.end < end) {
      const after = section.end;
      const table = this.#table;
      const loaded = table ? this.#read(() => table.load(after, end, LOAD_ROWS)) : [];
      if (loaded === null) this.#wasUnreadable = true;
      const stored = loaded ?? [];
      const reach = stored.length < LOAD_ROWS ? end : stored.at(-1)!.id;
      const fresh = stored.filter(({ id }) => !this.#gone.has(id) && !this.#pending.has(id));
      for (const row of this.#pending.values()) if (row.id > after && row.id <= reach) fresh.push(row);
      section.rows = fresh.filter(({ id }) => !away.has(id)).toSorted((a, b) => a.id - b.id);
      section.end = reach;
    }
  }

  /** What waits goes to the backlog, as newer readings went out before it. */
  #startOver(): void {
    this.#wasUnreadable = false;
    this.#lateUpTo = this.#lastId;
    this.#isLateWritten = false;
    this.#newest.clear();
    this.#live = new Section(this.#lateUpTo);
    this.#late = new Section(0);
  }

  #read<T>(work: () => T): T | null {
    return this.#database ? this.#database.read(work) : null;
  }

  #find(id: number): Row | null {
    const inMemory = this.#pending.get(id) ?? this.#live.rows.find((row) => row.id === id);
    return inMemory ?? this.#read(() => this.#table?.load(id - 1, id, 1)[0] ?? null);
  }

  #add(row: Row): void {
    this.#pending.set(row.id, row);
    this.#pendingBytes += row.bytes;
  }

  #forget(row: Row): void {
    if (this.#pending.delete(row.id)) this.#pendingBytes -= row.bytes;
    else {
      this.#gone.add(row.id);
      this.#stored--;
    }
    this.bytes -= row.bytes;
    if (this.#newest.get(row.topic) === row.id) this.#newest.delete(row.topic);
    this.#kept(row);
  }

  #kept(row: Row): void {
    const { onKept } = row;
    if (!onKept) return;
    row.onKept = null;
    this.#awaited--;
    onKept();
  }

  #idsUnderWay(): ReadonlySet<number> {
    return new Set([...this.#underWay.values()].map(({ id }) => id));
  }

  #dropFromMemory(): boolean {
    for (const row of this.#pending.values()) {
      if (row.takenMs !== null) continue;
      this.#forget(row);
      for (const section of [this.#live, this.#late]) section.remove(new Set([row.id]));
      this.dropped++;
      return true;
    }
    return false;
  }

  #forgetExcess(rows: readonly OldRow[]): void {
    if (rows.length === 0) return;
    const ids = new Set(rows.map(({ id }) => id));
    for (const section of [this.#live, this.#late]) section.remove(ids);
    for (const { id, topic, bytes } of rows) {
      this.dropped++;
      this.bytes -= bytes;
      if (this.#newest.get(topic) === id) this.#newest.delete(topic);
    }
  }

  #dropFromFile(table: OutboxTable): readonly OldRow[] {
    const rows = this.size - this.#limits.maxMessages;
    const bytes = this.bytes - this.#limits.maxBytes;
    const now = performance.now();
    if (rows <= 0 && bytes <= 0 && now < this.#ageDueMs) return [];
    this.#ageDueMs = now + AGE_CHECK_MS;
    const putBefore = Date.now() - this.#limits.maxAgeMs;
    return table.dropOldest({ rows, bytes, putBefore }, this.#idsUnderWay());
  }
}
