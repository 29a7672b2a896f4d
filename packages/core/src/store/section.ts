import type { Row } from './row.ts';

/** Rows in memory that are next in line, about: more than a broker that waits for us has under way. */
export const LOAD_ROWS = 1_024;

/** Rows that are in memory or the file, behind `after`. */
export interface Loaded {
  /** Ascending; without those under way. */
  readonly rows: Row[];
  /** The id up to which there are no others. */
  readonly reach: number;
}

/** Rows that are next in line, and how far they reach; more of them may wait in the file. */
export class Section {
  rows: Row[] = [];
  /** The id up to which rows were taken in. */
  end: number;

  constructor(end: number) {
    this.end = end;
  }

  /** Takes the next row; loads more, up to this id, where there is none. */
  next(upTo: number, load: (after: number, upTo: number) => Loaded): Row | null {
    while (this.rows.length === 0 && this.end < upTo) {
      const { rows, reach } = load(this.end, upTo);
      this.rows = rows;
      this.end = reach;
    }
    return this.rows.shift() ?? null;
  }

  /** In its place among the others. */
  insert(row: Row): void {
    let at = this.rows.findIndex(({ id }) => id > row.id);
    if (at < 0) at = this.rows.length;
    this.rows.splice(at, 0, row);
  }

  remove(ids: ReadonlySet<number>): void {
    this.rows = this.rows.filter(({ id }) => !ids.has(id));
  }
}
