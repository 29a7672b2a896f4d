import type { Row } from './row.ts';

/** Rows that are next in line, and how far they reach; more of them may wait in the file. */
export class Section {
  rows: Row[] = [];
  /** The id up to which rows were taken in. */
  end: number;

  constructor(end: number) {
    this.end = end;
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
