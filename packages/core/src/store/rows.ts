import type { Database } from './database.ts';
import type { OldRow, OutboxTable, TableSummary } from './outbox-table.ts';
import type { OutboxLimits } from './outgoing.ts';
import type { Row } from './row.ts';
import { LOAD_ROWS, type Loaded } from './section.ts';
import { Unwritten } from './unwritten.ts';

const AGE_CHECK_MS = 60_000;

/** Where the readings are: in memory until they are written, then in the file, both within their limits. */
export class Rows {
  /** Lost to the limits, or with a damaged file. */
  dropped = 0;
  bytes = 0;
  /** From now on what is added is meant for this database. */
  database: Database | null = null;
  readonly unwritten: Unwritten;
  readonly #limits: OutboxLimits;
  #table: OutboxTable | null = null;
  /** In the file, but not wanted there any more. */
  readonly #gone = new Set<number>();
  /** In the file, without those that are gone. */
  #stored = 0;
  /** The file could not be read: what was in it comes later. */
  #wasUnreadable = false;
  #ageDueMs = 0;
  /** When the time of `performance.now()` began, by the wall clock as it was set at first. */
  readonly #originMs = Date.now() - performance.now();
  #written: readonly Row[] = [];
  #excess: readonly OldRow[] = [];

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
    this.unwritten = new Unwritten(limits);
  }

  get size(): number {
    return this.unwritten.size + this.#stored;
  }

  add(row: Row): void {
    this.unwritten.add(row);
    this.bytes += row.bytes;
  }

  forget(row: Row): void {
    this.#remove(row);
    tellKept(row);
  }

  /** It was too much. */
  drop(row: Row): void {
    this.dropped++;
    this.forget(row);
  }

  /** Gives it another id, and with it another place among the others, in the file too. */
  move(row: Row, id: number): Row {
    this.#remove(row);
    const moved = { ...row, id, takenMs: null };
    this.add(moved);
    return moved;
  }

  /** @param away ids of those under way */
  load(after: number, upTo: number, away: ReadonlySet<number>): Loaded {
    const table = this.#table;
    const loaded = table ? this.#read(() => table.load(after, upTo, LOAD_ROWS)) : [];
    if (loaded === null) this.#wasUnreadable = true;
    const stored = loaded ?? [];
    const reach = stored.length < LOAD_ROWS ? upTo : stored.at(-1)!.id;
    const fresh = stored.filter(({ id }) => !this.#gone.has(id) && !this.unwritten.get(id));
    for (const row of this.unwritten.all()) if (row.id > after && row.id <= reach) fresh.push(row);
    const rows = fresh.filter(({ id }) => !away.has(id)).toSorted((a, b) => a.id - b.id);
    return { rows, reach };
  }

  find(id: number): Row | null {
    return this.unwritten.get(id) ?? this.#read(() => this.#table?.load(id - 1, id, 1)[0] ?? null);
  }

  /** When the oldest was put, milliseconds since 1970; null if there is none. */
  oldestAt(): number | null {
    const stored = this.#read(() => this.#table?.oldest(this.#gone.size + 1)) ?? [];
    const first = stored.find(({ id }) => !this.#gone.has(id)) ?? this.unwritten.all().next().value;
    return first?.at ?? null;
  }

  /** The same file is open again. @returns whether rows in it were passed over meanwhile */
  reopened(table: OutboxTable): boolean {
    const wasUnreadable = this.#wasUnreadable;
    this.#wasUnreadable = false;
    this.#table = table;
    return wasUnreadable;
  }

  /**
   * Another file is open: what is in memory comes behind what was found in it, the rest is lost.
   * @returns the ids that those in memory had until now
   */
  replaced(table: OutboxTable, found: TableSummary, inMemory: readonly Row[]): ReadonlySet<number> {
    const kept = new Map([...this.unwritten.all(), ...inMemory].map((row) => [row.id, row]));
    this.dropped += this.size - kept.size;
    this.#table = table;
    this.#gone.clear();
    this.#stored = found.rows;
    this.bytes = found.bytes;
    this.unwritten.clear();
    for (const row of [...kept.values()].toSorted((a, b) => a.id - b.id)) {
      row.id += found.lastId;
      this.add(row);
    }
    return new Set(kept.keys());
  }

  /** As that of a member of the database. */
  dueMs(): number {
    const unwrittenMs = this.unwritten.dueMs();
    if (unwrittenMs < 0) return unwrittenMs;
    if (this.#gone.size > 0) return 0;
    const ageMs =
      this.#stored > 0 ? Math.max(0, this.#ageDueMs - performance.now()) : Number.POSITIVE_INFINITY;
    return Math.min(ageMs, unwrittenMs);
  }

  write(table: OutboxTable, away: ReadonlySet<number>): void {
    table.delete(this.#gone);
    // All of them, or none: one that is written while an earlier one is not would leave a gap after a kill.
    this.#written = this.unwritten.isSpared ? [] : [...this.unwritten.all()];
    for (const row of this.#written) table.insert(row);
    this.#excess = this.#dropOldest(table, away);
  }

  /** @returns what was dropped */
  committed(): readonly OldRow[] {
    const [written, excess] = [this.#written, this.#excess];
    this.#written = [];
    this.#excess = [];
    this.#gone.clear();
    for (const row of written) this.unwritten.remove(row);
    this.#stored += written.length - excess.length;
    this.dropped += excess.length;
    for (const { bytes } of excess) this.bytes -= bytes;
    // Who hears of it may put more.
    for (const row of written) tellKept(row);
    return excess;
  }

  #remove(row: Row): void {
    this.bytes -= row.bytes;
    if (this.unwritten.remove(row)) return;
    this.#gone.add(row.id);
    this.#stored--;
  }

  #read<T>(work: () => T): T | null {
    return this.database ? this.database.read(work) : null;
  }

  #dropOldest(table: OutboxTable, away: ReadonlySet<number>): readonly OldRow[] {
    const rows = this.size - this.#limits.maxMessages;
    const bytes = this.bytes - this.#limits.maxBytes;
    const now = performance.now();
    if (rows <= 0 && bytes <= 0 && now < this.#ageDueMs) return [];
    this.#ageDueMs = now + AGE_CHECK_MS;
    // A clock that is set forward, as on machines that keep no time while they are off, makes nothing older.
    const putBefore = Math.min(Date.now(), this.#originMs + now) - this.#limits.maxAgeMs;
    return table.dropOldest({ rows, bytes, putBefore }, away);
  }
}

function tellKept(row: Row): void {
  const { onKept } = row;
  row.onKept = undefined;
  onKept?.();
}
