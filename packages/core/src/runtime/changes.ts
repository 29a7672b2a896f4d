import { isDeepStrictEqual } from 'node:util';
import type { BaseConfig, CommonConfig } from '../config/index.ts';
import type { Entry } from './source.ts';

export interface Changes<E extends Entry> {
  readonly added: readonly E[];
  /** As they are now. */
  readonly changed: readonly E[];
  /** As they were. */
  readonly removed: readonly E[];
}

/** What has become of the entries, by id and content; their order does not matter. */
export function changesOf<E extends Entry>(before: readonly E[], after: readonly E[]): Changes<E> {
  const old = new Map(before.map((entry) => [entry.id, entry]));
  const kept = new Set(after.map(({ id }) => id));
  return {
    added: after.filter(({ id }) => !old.has(id)),
    changed: after.filter((entry) => old.has(entry.id) && !isDeepStrictEqual(old.get(entry.id), entry)),
    removed: before.filter(({ id }) => !kept.has(id)),
  };
}

export function hasChanges({ added, changed, removed }: Changes<Entry>): boolean {
  return added.length + changed.length + removed.length > 0;
}

/** Whether anything has changed that a running bridge cannot take over: all but meters and log levels. */
export function needsRestart(before: BaseConfig, after: BaseConfig): boolean {
  return !isDeepStrictEqual(fixedPart(before), fixedPart(after));
}

/** Whether the log goes to another place, or in another form. */
export function isLoggedElsewhere({ log: before }: CommonConfig, { log: after }: CommonConfig): boolean {
  return !isDeepStrictEqual([before.format, before.file], [after.format, after.file]);
}

function fixedPart({
  meters: _,
  meters_dir: __,
  log: { level: ___, levels: ____, ...log },
  ...rest
}: BaseConfig): object {
  return { ...rest, log };
}
