import { existsSync } from 'node:fs';
import type { DatabaseSync } from 'node:sqlite';
import { BridgeError } from '../errors/index.ts';
import { storeError } from './failure.ts';
import { close, type OpenedFile, openFile, putBack } from './file.ts';

const RETRY_MS = 30_000;
/** A disk that damages one file after the other is not worth a new file each time. */
const DAMAGE_PAUSE_MS = 3_600_000;
/** Between two transactions; what comes in quicker shares one. */
const SPACING_MS = 20;
/** Beyond this, timers of JavaScript fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Something that is kept in the file. It holds in memory what is not written yet, and goes on doing so, within a bound
 * of its own, while there is no file that can be written.
 */
export interface Member {
  /** A file was opened. If it is another one than before, what the member held in that one is lost. */
  attach(db: DatabaseSync, isSameFile: boolean): void;
  /** Milliseconds until something should be written; Infinity if there is nothing. Below 0: someone waits for it. */
  dueMs(): number;
  /** Writes, inside a transaction that may still fail. @param isLast nothing may be put off any more */
  write(db: DatabaseSync, isLast: boolean): void;
  /** What was written is on its way to the disk. */
  committed(): void;
}

export interface DatabaseSettings {
  readonly path: string;
  readonly maxBytes: number;
  readonly retryMs?: number;
}

export interface DatabaseEvents {
  /** The file can be written again (null), or why it cannot; once per reason. */
  readonly onProblem: (problem: BridgeError | null) => void;
  /** A file was found damaged, or newer than this program, and was moved aside; or it was deleted, and was put back. */
  readonly onReplaced: (error: BridgeError) => void;
}

/** One SQLite file, opened and written so that no state of the disk stops anything. */
export class Database {
  /** Why the file cannot be written, or null. */
  problem: BridgeError | null = null;
  readonly #settings: DatabaseSettings;
  readonly #members: readonly Member[];
  readonly #events: DatabaseEvents;
  #db: DatabaseSync | null = null;
  #fileId = '';
  #soon: NodeJS.Immediate | null = null;
  #timer: NodeJS.Timeout | null = null;
  #timerDueMs = Number.POSITIVE_INFINITY;
  #retry: NodeJS.Timeout | null = null;
  #flushedMs = Number.NEGATIVE_INFINITY;
  #damage: BridgeError | null = null;
  #damagedMs = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(settings: DatabaseSettings, members: readonly Member[], events: DatabaseEvents) {
    this.#settings = settings;
    this.#members = members;
    this.#events = events;
  }

  open(): void {
    if (this.#db || this.#isClosed) return;
    let movedAside: BridgeError | null = null;
    try {
      ({ movedAside } = this.#open());
    } catch (thrown) {
      this.#failed(thrown);
    }
    if (movedAside) {
      this.#damagedMs = performance.now();
      this.#events.onReplaced(movedAside);
    }
    if (this.#db) this.flush();
  }

  #open(): OpenedFile {
    const { path, maxBytes } = this.#settings;
    const opened = openFile(path, maxBytes, this.#damage);
    this.#damage = null;
    this.#db = opened.db;
    const isSameFile = opened.fileId === this.#fileId;
    this.#fileId = opened.fileId;
    for (const member of this.#members) member.attach(opened.db, isSameFile);
    return opened;
  }

  /** Something is to be written: at the end of this turn of the event loop, or soon after, together with whatever else is. */
  touch(): void {
    if (this.#soon || this.problem || !this.#db) return;
    this.#soon = setImmediate(() => {
      this.#soon = null;
      this.#plan();
    });
  }

  /** Writes what is to be written; true if it is. */
  flush(isLast = false): boolean {
    if (!this.#db) return false;
    this.#flushedMs = performance.now();
    try {
      const db = existsSync(this.#settings.path) ? this.#db : this.#putBack(this.#db);
      db.exec('BEGIN IMMEDIATE');
      for (const member of this.#members) member.write(db, isLast);
      db.exec('COMMIT');
    } catch (thrown) {
      this.#failed(thrown);
      return false;
    }
    for (const member of this.#members) member.committed();
    this.#setProblem(null);
    this.touch();
    return true;
  }

  #putBack(deleted: DatabaseSync): DatabaseSync {
    const { path } = this.#settings;
    putBack(deleted, path);
    close(deleted);
    const { db } = this.#open();
    this.#events.onReplaced(
      new BridgeError('store/deleted', `${path} was deleted; it was put back`, { facts: { file: path } }),
    );
    return db;
  }

  /** Reads from the file; null if there is none that can be read. */
  read<T>(work: (db: DatabaseSync) => T): T | null {
    if (!this.#db) return null;
    try {
      return work(this.#db);
    } catch (thrown) {
      this.#failed(thrown);
      return null;
    }
  }

  /** The open file, for a backup; null if there is none. */
  get file(): DatabaseSync | null {
    return this.#db;
  }

  /** Size of the file without what is free in it. */
  bytes(): number {
    const pages = this.read((db) => {
      const of = (pragma: string): number => Number(db.prepare(`PRAGMA ${pragma}`).get()?.[pragma]);
      return (of('page_count') - of('freelist_count')) * of('page_size');
    });
    return pages ?? 0;
  }

  /** Writes everything and closes the file. What cannot be written is lost. */
  close(): void {
    this.#isClosed = true;
    if (this.#db) this.flush(true);
    for (const timer of [this.#timer, this.#retry]) clearTimeout(timer ?? undefined);
    if (this.#soon) clearImmediate(this.#soon);
    if (this.#db) close(this.#db);
    this.#db = null;
  }

  #plan(): void {
    if (this.problem || !this.#db) return;
    const soonestMs = Math.min(...this.#members.map((member) => member.dueMs()));
    const spacing = this.#flushedMs + SPACING_MS - performance.now();
    const dueMs = soonestMs < 0 ? 0 : Math.max(spacing, soonestMs);
    if (dueMs <= 0) this.flush();
    else if (dueMs < Number.POSITIVE_INFINITY) this.#wakeIn(dueMs);
  }

  #wakeIn(delayMs: number): void {
    const due = performance.now() + delayMs;
    if (this.#timer && this.#timerDueMs <= due) return;
    clearTimeout(this.#timer ?? undefined);
    this.#timerDueMs = due;
    this.#timer = setTimeout(
      () => {
        this.#timer = null;
        // After what has come meanwhile: it may spare the file the work.
        this.touch();
      },
      Math.min(delayMs, MAX_TIMER_MS),
    );
    this.#timer.unref();
  }

  #failed(thrown: unknown): void {
    const error = storeError(thrown, this.#settings.path);
    const db = this.#db;
    // What is full or cannot be written can still be read.
    if (error.code === 'store/full' || error.code === 'store/read-only') rollBack(db);
    else if (db) {
      close(db);
      this.#db = null;
    }
    const isFirstDamage = performance.now() - this.#damagedMs > DAMAGE_PAUSE_MS;
    if (error.code === 'store/corrupt' && isFirstDamage && !this.#isClosed) {
      this.#damagedMs = performance.now();
      this.#damage = error;
      // Not from within whatever read the file: it would find another one under its feet.
      setImmediate(() => this.open());
      return;
    }
    this.#setProblem(error);
    this.#scheduleRetry();
  }

  #scheduleRetry(): void {
    if (this.#retry || this.#isClosed) return;
    this.#retry = setTimeout(() => {
      this.#retry = null;
      if (this.#db) this.flush();
      else this.open();
    }, this.#settings.retryMs ?? RETRY_MS);
    this.#retry.unref();
  }

  #setProblem(problem: BridgeError | null): void {
    const isNews = this.problem?.code !== problem?.code;
    this.problem = problem;
    if (isNews) this.#events.onProblem(problem);
  }
}

function rollBack(db: DatabaseSync | null): void {
  try {
    if (db?.isTransaction) db.exec('ROLLBACK');
  } catch {
    // SQLite has rolled back by itself.
  }
}
