import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { BridgeError, messageOf } from '../errors/index.ts';
import { timeStamp } from './file.ts';

export interface BackupSettings {
  /** Folder of the copies. */
  readonly folder: string;
  /** Milliseconds. */
  readonly everyMs: number;
  readonly keep: number;
}

/**
 * Copies the open file to `<folder>/<name>-<time>.db`, a piece at a time beside everything else, and deletes the oldest
 * copies beyond `keep`. A copy that is not complete never has that name.
 * @throws BridgeError store/backup
 */
export async function makeBackup(
  db: DatabaseSync,
  name: string,
  { folder, keep }: BackupSettings,
): Promise<void> {
  const unfinished = join(folder, `${name}.unfinished`);
  try {
    await mkdir(folder, { recursive: true });
    await rm(unfinished, { force: true });
    await backup(db, unfinished);
    await rename(unfinished, join(folder, `${name}-${timeStamp()}.db`));
    const copies = (await readdir(folder)).filter(
      (file) => file.startsWith(`${name}-`) && file.endsWith('Z.db'),
    );
    for (const old of copies.toSorted().slice(0, -keep)) await rm(join(folder, old), { force: true });
  } catch (thrown) {
    await rm(unfinished, { force: true }).catch(() => undefined);
    throw new BridgeError('store/backup', `no backup in ${folder}: ${messageOf(thrown)}`, { cause: thrown });
  }
}
