import type { CommonConfig } from '../config/index.ts';
import type { StoreSettings } from '../store/index.ts';

/** What the store needs to know of the configuration. */
export function storeSettings(
  { store, dry_run: dryRun }: CommonConfig,
  app: string,
  isOutboxKept: boolean,
): StoreSettings {
  const { enabled, path = `./${app}.db`, outbox, history, backup } = store;
  return {
    name: app,
    // A dry run must not take what waits in the file for sent, nor disturb the bridge that it belongs to.
    path: enabled && !dryRun ? path : null,
    outbox: {
      maxMessages: outbox.max_messages,
      maxBytes: outbox.max_bytes,
      maxAgeMs: outbox.max_age,
      isKept: isOutboxKept,
    },
    history: history.enabled ? { retentionMs: history.retention, maxBytes: history.max_size } : null,
    backup: backup ? { folder: backup.path, everyMs: backup.interval, keep: backup.keep } : null,
  };
}
