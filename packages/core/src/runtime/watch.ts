import { type FSWatcher, watch } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { type ConfigPlaces, isMeterFile } from '../config/index.ts';

/** Whoever saves a file may do it in several steps. */
const SETTLE_MS = 1_000;
/** Bind mounts and network shares tell nothing of their changes: they are looked at. */
const POLL_MS = 5_000;
/** Many notices in a row are looked at once. */
const NOTICE_MS = 100;

/** Notices that files of the configuration have changed, or may have, and that they have come to rest. */
export class ConfigWatch {
  readonly #onChange: () => void;
  #places: ConfigPlaces;
  #watchers: readonly FSWatcher[] = [];
  readonly #poll: NodeJS.Timeout;
  #notice: NodeJS.Timeout | undefined;
  #settling: NodeJS.Timeout | undefined;
  /** Null at first: what changed before the first look is noticed, too. */
  #seen: string | null = null;
  #isLooking = false;
  #isClosed = false;

  constructor(places: ConfigPlaces, onChange: () => void) {
    this.#places = places;
    this.#onChange = onChange;
    this.#poll = setInterval(() => this.#look(), POLL_MS);
    this.#listen();
    this.#look();
  }

  follow(places: ConfigPlaces): void {
    this.#places = places;
    this.#noticed();
  }

  close(): void {
    this.#isClosed = true;
    clearInterval(this.#poll);
    clearTimeout(this.#notice);
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers) watcher.close();
  }

  #listen(): void {
    for (const watcher of this.#watchers) watcher.close();
    const { files, folders } = this.#places;
    const names = new Set(files.map((file) => basename(file)));
    const notice = (name: string | null): void => {
      // A ConfigMap is replaced by way of names that begin with two dots.
      if (name === null || names.has(name) || isMeterFile(name) || name.startsWith('..')) this.#noticed();
    };
    const watched = new Set([...files.map((file) => dirname(file)), ...folders]);
    this.#watchers = [...watched].flatMap((folder) => watchFolder(folder, notice));
  }

  #noticed(): void {
    if (this.#isClosed) return;
    this.#notice ??= setTimeout(() => {
      this.#notice = undefined;
      this.#look();
    }, NOTICE_MS);
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return this.#noticed();
    this.#isLooking = true;
    const now = await fingerprint(this.#places);
    this.#isLooking = false;
    if (this.#isClosed || now === this.#seen) return;
    this.#seen = now;
    // A folder that was replaced is another one to the system.
    this.#listen();
    clearTimeout(this.#settling);
    this.#settling = setTimeout(this.#onChange, SETTLE_MS);
  }
}

/** None if the system cannot watch the folder: it is looked at now and then all the same. */
function watchFolder(folder: string, notice: (name: string | null) => void): readonly FSWatcher[] {
  try {
    const watcher = watch(folder, (_, name) => notice(name));
    return [watcher.on('error', () => watcher.close())];
  } catch {
    return [];
  }
}

/** Differs when a file was written, replaced, added or removed. Never fails: what cannot be read is part of it. */
async function fingerprint({ files, folders }: ConfigPlaces): Promise<string> {
  const listed = await Promise.all(folders.map(meterFilesIn));
  const marks = await Promise.all([...files, ...listed.flat()].map(markOf));
  return marks.join('\n');
}

async function meterFilesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder).catch(() => []);
  return [
    folder,
    ...names
      .filter(isMeterFile)
      .toSorted()
      .map((name) => join(folder, name)),
  ];
}

async function markOf(path: string): Promise<string> {
  try {
    const found = await stat(path, { bigint: true });
    // A folder changes with each of its files, those that are no configuration among them.
    const { ino, size, mtimeNs, ctimeNs } = found;
    return found.isDirectory() ? `${path} ${ino}` : `${path} ${ino} ${size} ${mtimeNs} ${ctimeNs}`;
  } catch {
    return path;
  }
}
