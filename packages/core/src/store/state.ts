import type { DatabaseSync } from 'node:sqlite';
import type { Database, Member } from './database.ts';

/** State that changes with each reading is not worth a transaction each. */
const WRITE_WITHIN_MS = 10_000;

/** What must be known again after a restart: small things by name, each a JSON value. */
export interface StateSpace {
  /** Undefined if there is none, or if it cannot be read. */
  get(key: string): unknown;
  /**
   * @param value anything that `JSON.stringify` takes
   * @param withinMs it is in the file then; 0 for what a kill must not undo
   */
  set(key: string, value: unknown, withinMs?: number): void;
  /** The same for an object that never changes: held as it is, it shares its parts with others. */
  hold(key: string, value: object): void;
  delete(key: string): void;
  keys(): readonly string[];
}

/** JSON, or what it is made of. */
type Entry = string | object;

/** All state is held in memory, so that reading it never touches the disk. */
export class State implements Member {
  /** Space → key → entry. */
  readonly #spaces = new Map<string, Map<string, Entry>>();
  /** Space → keys that changed, or went. */
  readonly #changed = new Map<string, Set<string>>();
  #database: Database | null = null;
  /** When what has changed is to be written, as `performance.now()`. */
  #dueMs = Number.POSITIVE_INFINITY;
  #isWritten = false;

  keepIn(database: Database): void {
    this.#database = database;
  }

  space(name: string): StateSpace {
    const values = this.#valuesOf(name);
    return {
      get: (key) => parse(textOf(values.get(key))),
      set: (key, value, withinMs) => {
        const text = JSON.stringify(value);
        const before = textOf(values.get(key));
        values.set(key, text);
        if (text !== before) this.#change(name, key, withinMs);
      },
      hold: (key, value) => {
        const before = textOf(values.get(key));
        values.set(key, value);
        if (textOf(value) !== before) this.#change(name, key);
      },
      delete: (key) => {
        if (values.delete(key)) this.#change(name, key);
      },
      keys: () => [...values.keys()],
    };
  }

  /** Empties all spaces of which this says that nobody needs them any more. */
  drop(isOver: (space: string) => boolean): void {
    for (const name of [...this.#spaces.keys()].filter(isOver)) {
      const space = this.space(name);
      for (const key of space.keys()) space.delete(key);
    }
  }

  attach(db: DatabaseSync, isSameFile: boolean): void {
    if (isSameFile) return;
    const found = new Set<string>();
    for (const { space, key, value } of db.prepare('SELECT space, key, value FROM state').iterate()) {
      const [name, id] = [String(space), String(key)];
      found.add(JSON.stringify([name, id]));
      // What has changed meanwhile is newer than what the file says.
      if (!this.#changed.get(name)?.has(id)) this.#valuesOf(name).set(id, String(value));
    }
    for (const [name, values] of this.#spaces) {
      for (const key of values.keys()) if (!found.has(JSON.stringify([name, key]))) this.#change(name, key);
    }
  }

  dueMs(): number {
    return Math.max(0, this.#dueMs - performance.now());
  }

  write(db: DatabaseSync, isLast: boolean): void {
    this.#isWritten = false;
    if (this.#changed.size === 0 || (!isLast && this.dueMs() > 0)) return;
    const put = db.prepare('INSERT OR REPLACE INTO state (space, key, value) VALUES (?, ?, ?)');
    const remove = db.prepare('DELETE FROM state WHERE space = ? AND key = ?');
    for (const [name, keys] of this.#changed) {
      for (const key of keys) {
        const text = textOf(this.#valuesOf(name).get(key));
        if (text === undefined) remove.run(name, key);
        else put.run(name, key, text);
      }
    }
    this.#isWritten = true;
  }

  committed(): void {
    if (!this.#isWritten) return;
    this.#isWritten = false;
    this.#changed.clear();
    this.#dueMs = Number.POSITIVE_INFINITY;
  }

  #valuesOf(name: string): Map<string, Entry> {
    const known = this.#spaces.get(name) ?? new Map<string, Entry>();
    this.#spaces.set(name, known);
    return known;
  }

  #change(name: string, key: string, withinMs = WRITE_WITHIN_MS): void {
    const keys = this.#changed.get(name) ?? new Set<string>();
    this.#changed.set(name, keys.add(key));
    this.#dueMs = Math.min(this.#dueMs, performance.now() + withinMs);
    this.#database?.touch();
  }
}

function textOf(entry: Entry | undefined): string | undefined {
  return typeof entry === 'object' ? JSON.stringify(entry) : entry;
}

function parse(text: string | undefined): unknown {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
