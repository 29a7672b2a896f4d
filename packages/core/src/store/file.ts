import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { BridgeError } from '../errors/index.ts';
import { storeError } from './failure.ts';
import { MIGRATIONS } from './schema.ts';

const PAGE_BYTES = 4096;
/** Of the write-ahead log; when it is full the disk has to be waited for. */
const MAX_WAL_BYTES = 8 * 1024 * 1024;
/** Files up to this size are checked as a whole when they are opened; in larger ones damage shows where it is met. */
const MAX_CHECKED_BYTES = 16 * 1024 * 1024;
/** A short wait is enough for a process that is just ending; a longer one would hold up the readings. */
const BUSY_TIMEOUT_MS = 200;

export interface OpenedFile {
  readonly db: DatabaseSync;
  /** Stays with the file for ever. */
  readonly fileId: string;
  /** What was wrong with the file that stood here before, and where it is now; null if all was well. */
  readonly movedAside: BridgeError | null;
}

/**
 * Opens the file, or makes a new one. A file that is damaged or comes from a newer version is moved aside first.
 * @param damage what was found wrong with the file while it was in use
 * @throws BridgeError store/*
 */
export function openFile(path: string, maxBytes: number, damage: BridgeError | null): OpenedFile {
  try {
    mkdirSync(dirname(path), { recursive: true });
    if (damage) return { movedAside: moveAside(path, damage), ...open(path, maxBytes) };
    return { ...open(path, maxBytes), movedAside: null };
  } catch (thrown) {
    const error = storeError(thrown, path);
    if (damage || (error.code !== 'store/corrupt' && error.code !== 'store/newer')) throw error;
    return openFile(path, maxBytes, error);
  }
}

/**
 * Puts a file that was deleted back in its place: as long as it is open, all of it can be read.
 * @throws whatever the disk has against it
 */
export function putBack(db: DatabaseSync, path: string): void {
  const unfinished = `${path}.unfinished`;
  mkdirSync(dirname(path), { recursive: true });
  // A log of changes that is still there would be applied to the new file.
  for (const ending of ['.unfinished', '-wal', '-shm']) rmSync(path + ending, { force: true });
  db.prepare('VACUUM INTO ?').run(unfinished);
  renameSync(unfinished, path);
}

/** `20260131T130500.123Z`: sorts by time, and every file system takes it. */
export function timeStamp(): string {
  return new Date().toISOString().replace(/[-:]/g, '');
}

function open(path: string, maxBytes: number): { readonly db: DatabaseSync; readonly fileId: string } {
  const db = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS });
  try {
    // Exclusive: a second process must not write to the same outbox, and no shared memory is needed.
    db.exec('PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL');
    db.exec(
      `PRAGMA wal_autocheckpoint = ${MAX_WAL_BYTES / PAGE_BYTES}; PRAGMA journal_size_limit = ${MAX_WAL_BYTES}`,
    );
    db.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE_BYTES)}`);
    check(db, path);
    migrate(db, path);
    return { db, fileId: identify(db) };
  } catch (thrown) {
    close(db);
    throw thrown;
  }
}

function check(db: DatabaseSync, path: string): void {
  if (statSync(path).size > MAX_CHECKED_BYTES) return;
  const result = db.prepare('PRAGMA quick_check(1)').get()?.quick_check;
  if (result === 'ok') return;
  throw new BridgeError('store/corrupt', `${path}: ${result}`, { facts: { file: path } });
}

function migrate(db: DatabaseSync, path: string): void {
  const version = Number(db.prepare('PRAGMA user_version').get()?.user_version);
  if (version > MIGRATIONS.length) {
    const detail = `${path}: has schema ${version}, this program knows up to ${MIGRATIONS.length}`;
    throw new BridgeError('store/newer', detail, { facts: { file: path } });
  }
  for (const [at, step] of MIGRATIONS.entries()) {
    if (at >= version) db.exec(`BEGIN IMMEDIATE; ${step}; PRAGMA user_version = ${at + 1}; COMMIT`);
  }
}

function identify(db: DatabaseSync): string {
  db.prepare("INSERT OR IGNORE INTO meta VALUES ('file', ?)").run(randomUUID());
  return String(db.prepare("SELECT value FROM meta WHERE key = 'file'").get()?.value);
}

/** @throws whatever the file system has against it */
function moveAside(path: string, { code, message, cause }: BridgeError): BridgeError {
  const aside = `${path}.${code === 'store/newer' ? 'newer' : 'corrupt'}-${timeStamp()}`;
  try {
    // The log of changes belongs to its file, and would be applied to the next one.
    for (const ending of ['', '-wal', '-shm']) {
      if (existsSync(path + ending)) renameSync(path + ending, aside + ending);
    }
  } catch (thrown) {
    throw storeError(thrown, path);
  }
  return new BridgeError(
    code === 'store/newer' ? code : 'store/corrupt',
    `${message}; it was moved to ${aside}`,
    {
      cause,
      facts: { file: path, moved_to: aside },
    },
  );
}

/** A file that is broken may not even let itself be closed. */
export function close(db: DatabaseSync): void {
  try {
    db.close();
  } catch {
    // Nothing is lost by it that was not lost before.
  }
}
