import { type BridgeError, toBridgeError } from '../errors/index.ts';
import { atMost } from '../time/index.ts';
import { type BackupSettings, makeBackup } from './backup.ts';
import { Database } from './database.ts';
import { History } from './history.ts';
import { Outbox } from './outbox.ts';
import type { OutboxLimits } from './outgoing.ts';
import { State } from './state.ts';

export interface StoreSettings {
  /** Name of the app: that of its backups. */
  readonly name: string;
  /** The file, or null to keep everything in memory. */
  readonly path: string | null;
  readonly outbox: OutboxLimits & {
    /** Whether readings are worth the file: not if the broker does not confirm them either. */
    readonly isKept: boolean;
  };
  /** null: none. */
  readonly history: { readonly retentionMs: number; readonly maxBytes: number } | null;
  readonly backup: BackupSettings | null;
  readonly retryMs?: number;
}

export interface StoreEvents {
  /** The file can be written again (null), or why it cannot: until then memory has to do. */
  readonly onProblem: (problem: BridgeError | null) => void;
  /** Something went wrong that is over: a damaged file was moved aside, a deleted one put back, a backup failed. */
  readonly onError: (error: BridgeError) => void;
}

export interface StoreStats {
  readonly file: string | null;
  /** Of the file, without what is free in it. */
  readonly file_bytes: number;
  readonly outbox: {
    readonly messages: number;
    readonly bytes: number;
    readonly oldest_age_s: number | null;
    readonly dropped: number;
    readonly dead_letters: number;
  };
  readonly history: { readonly series: number } | null;
}

/** A file of pages that are half empty, with everything else that is in it. */
const OUTBOX_OVERHEAD = 2;
const SPARE_BYTES = 16 * 1024 * 1024;

/** Everything that a bridge keeps over a restart, in one file. Nothing about the file ever stops the bridge. */
export class Store {
  readonly outbox: Outbox;
  readonly history: History;
  readonly state: State;
  readonly #settings: StoreSettings;
  readonly #events: StoreEvents;
  readonly #database: Database | null;
  #backupTimer: NodeJS.Timeout | undefined;
  #backup: Promise<void> = Promise.resolve();

  constructor(settings: StoreSettings, events: StoreEvents) {
    const { path, outbox, history } = settings;
    this.#settings = settings;
    this.#events = events;
    const outboxBytes = outbox.maxBytes * OUTBOX_OVERHEAD;
    this.outbox = new Outbox(outbox);
    this.state = new State();
    this.history = new History(history && { ...history, maxFileBytes: outboxBytes + history.maxBytes });
    if (path === null) {
      this.#database = null;
      return;
    }
    const kept = outbox.isKept ? [this.outbox.readings] : [];
    const { minutes } = this.history;
    const members = [...kept, ...(minutes ? [minutes] : []), this.state];
    const maxBytes = outboxBytes + (history?.maxBytes ?? 0) + SPARE_BYTES;
    const { onProblem, onError: onReplaced } = events;
    const database = new Database(
      { path, maxBytes, ...(settings.retryMs !== undefined && { retryMs: settings.retryMs }) },
      members,
      { onProblem, onReplaced },
    );
    this.#database = database;
    for (const member of members) member.keepIn(database);
  }

  /** Why the file cannot be written at present, or null. */
  get problem(): BridgeError | null {
    return this.#database?.problem ?? null;
  }

  open(): void {
    this.#database?.open();
    const { backup } = this.#settings;
    if (!backup || !this.#database) return;
    this.#backupTimer = setInterval(() => this.backUp(), backup.everyMs);
    this.#backupTimer.unref();
  }

  /** Never fails: what went wrong is told by `onError`. */
  backUp(): Promise<void> {
    this.#backup = this.#backup.then(async () => {
      const { backup, name } = this.#settings;
      this.#settle();
      const db = this.#database?.file;
      if (!backup || !db) return;
      try {
        await makeBackup(db, name, backup);
      } catch (thrown) {
        this.#events.onError(toBridgeError(thrown));
      }
    });
    return this.#backup;
  }

  stats(): StoreStats {
    this.#settle();
    const { outbox } = this;
    const { minutes } = this.history;
    return {
      file: this.#settings.path,
      file_bytes: this.#database?.bytes() ?? 0,
      outbox: {
        messages: outbox.size,
        bytes: outbox.readings.bytes,
        oldest_age_s: outbox.readings.oldestAgeS(),
        dropped: outbox.dropped,
        dead_letters: outbox.readings.deadLetters,
      },
      history: minutes && { series: minutes.seriesCount },
    };
  }

  /** What is told of the file shall hold for what was put before. */
  #settle(): void {
    if (!this.problem) this.#database?.flush();
  }

  /** Writes what is to be written, makes the last backup, and closes the file. */
  async close(timeoutMs: number): Promise<void> {
    clearInterval(this.#backupTimer);
    if (this.#settings.backup) await atMost(this.backUp(), timeoutMs);
    this.#database?.close();
  }
}
