import { cpSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type { BridgeError } from '../errors/index.ts';
import type { Outbox } from './outbox.ts';
import type { Outgoing } from './outgoing.ts';
import { Store, type StoreSettings } from './store.ts';

export interface ObservedStore extends Store {
  /** Codes of what was told; `ok` when the file could be written again. */
  readonly told: string[];
}

/** A folder that is gone after the test. */
export function tempFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'store-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export function openStore(path: string | null, settings: Partial<StoreSettings> = {}): ObservedStore {
  const told: string[] = [];
  const tell = (error: BridgeError | null): void => void told.push(error?.code ?? 'ok');
  const limits = { maxMessages: 10_000, maxBytes: 4e6, maxAgeMs: 1e9, isKept: true };
  const history = { retentionMs: 86_400_000, maxBytes: 4e6 };
  const store = new Store(
    { name: 'test', path, outbox: limits, history, backup: null, retryMs: 30, ...settings },
    { onProblem: tell, onError: tell },
  );
  store.open();
  onTestFinished(() => store.close(100));
  return Object.assign(store, { told });
}

/** The files as a process leaves them that is killed at this moment. */
export function afterKill(path: string): string {
  const copy = join(tempFolder(), 'copy.db');
  for (const ending of ['', '-wal']) if (existsSync(path + ending)) cpSync(path + ending, copy + ending);
  return copy;
}

export const reading = (payload: string | number, topic = 'a'): Outgoing => {
  return { topic, payload: String(payload), qos: 1, retain: true, backlogTopic: `${topic}/backlog` };
};

/** Takes everything, as a broker does that confirms all. */
export function deliver(outbox: Outbox): readonly string[] {
  const all: string[] = [];
  for (let message = outbox.take(); message; message = outbox.take()) {
    all.push(`${message.topic} ${message.payload}`);
    outbox.done(message);
  }
  return all;
}
