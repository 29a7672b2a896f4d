import type { OldRow, TableSummary } from './outbox-table.ts';
import type { Row } from './row.ts';
import { LOAD_ROWS, type Loaded, Section } from './section.ts';

/** Which reading is next: first those that are live, then those that are late, each in the order of their ids. */
export class Queue {
  /** Rows up to this id wait for their backlog topic, those above for their own. */
  lateUpTo = 0;
  /** Whether there was any message that has another topic when it is late. */
  hasBacklogs = false;
  readonly #load: (after: number, upTo: number) => Loaded;
  #lastId = 0;
  #live = new Section(0);
  #late = new Section(0);
  /** The last row of each topic with a backlog that is not late, as long as the broker has not confirmed it. */
  #newest = new Map<string, number>();

  /** @param load rows that are not in line yet */
  constructor(load: (after: number, upTo: number) => Loaded) {
    this.#load = load;
  }

  /** Topics on which readings wait that are not late. */
  get liveTopics(): ReadonlySet<string> {
    return new Set(this.#newest.keys());
  }

  get rows(): readonly Row[] {
    return [...this.#live.rows, ...this.#late.rows];
  }

  isLate({ id }: Row): boolean {
    return id <= this.lateUpTo;
  }

  nextId(): number {
    return ++this.#lastId;
  }

  /** Puts a row with the last id in line. */
  append(row: Row): void {
    if (row.backlogTopic !== row.topic) {
      this.hasBacklogs = true;
      this.#newest.set(row.topic, row.id);
    }
    const { rows, end } = this.#live;
    // Nothing waits in the file between: it need not be read back.
    if (end === row.id - 1 && rows.length < LOAD_ROWS) {
      rows.push(row);
      this.#live.end = row.id;
    }
  }

  next(): Row | null {
    const late = Math.min(this.lateUpTo, this.#lastId);
    return this.#live.next(this.#lastId, this.#load) ?? this.#late.next(late, this.#load);
  }

  back(row: Row): void {
    (this.isLate(row) ? this.#late : this.#live).insert(row);
  }

  /** The row is not to be sent any more. */
  forget({ id, topic }: Pick<Row, 'id' | 'topic'>): void {
    if (this.#newest.get(topic) === id) this.#newest.delete(topic);
  }

  /** These are no more. */
  drop(rows: readonly Pick<OldRow, 'id' | 'topic'>[]): void {
    if (rows.length === 0) return;
    const ids = new Set(rows.map(({ id }) => id));
    for (const section of [this.#live, this.#late]) section.remove(ids);
    for (const row of rows) this.forget(row);
  }

  /** The last row of each topic that waits as a live one, without those that are away; null if nothing waits live. */
  leads(away: ReadonlySet<number>): readonly number[] | null {
    const ids = [...this.#newest.values()].filter((id) => !away.has(id)).toSorted((a, b) => a - b);
    const isEmpty = this.#live.rows.length === 0 && this.#live.end >= this.#lastId;
    return ids.length === 0 && isEmpty ? null : ids;
  }

  find(id: number): Row | undefined {
    return this.#live.rows.find((row) => row.id === id);
  }

  /** All that waits is late from now on. */
  makeLate(): void {
    this.lateUpTo = this.#lastId;
    this.#reload();
  }

  /** As `makeLate`, and so is what is under way. */
  makeAllLate(): void {
    this.#newest.clear();
    this.makeLate();
  }

  /**
   * Ids begin behind those that were found in another file.
   * @param kept those that had an id until now and go on, with another one
   * @param isOld what was found is late, as newer readings went out before it
   */
  goOnBehind(found: TableSummary, kept: ReadonlySet<number>, isOld: boolean): void {
    this.hasBacklogs ||= found.newest.size > 0 || found.lateUpTo > 0;
    this.lateUpTo = isOld ? this.lateUpTo + found.lastId : found.lateUpTo;
    this.#lastId += found.lastId;
    const known = [...this.#newest].filter(([, id]) => kept.has(id));
    this.#newest = new Map(known.map(([topic, id]) => [topic, id + found.lastId]));
    for (const [topic, id] of found.newest)
      if (id > this.lateUpTo && !this.#newest.has(topic)) this.#newest.set(topic, id);
    this.#reload();
  }

  #reload(): void {
    this.#live = new Section(this.lateUpTo);
    this.#late = new Section(0);
  }
}
