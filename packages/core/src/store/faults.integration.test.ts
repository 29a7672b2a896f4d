import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { afterKill, deliver, type ObservedStore, openStore, reading, tempFolder } from './store.fixture.ts';

const fresh = (): string => join(tempFolder(), 'meters.db');

/** A file with readings and values in it, closed. */
async function filled(path: string, rows = 2_000): Promise<void> {
  const store = openStore(path);
  for (let n = 1; n <= rows; n++) {
    store.outbox.put(reading(`${n} ${'x'.repeat(200)}`));
    store.history.append('m', `key${n % 50}`, Date.now() - n * 60_000, n);
  }
  await store.close(100);
}

const asides = (path: string): readonly string[] =>
  readdirSync(dirname(path)).filter((file) => /\.(corrupt|newer)-\d{8}T[\d.]+Z$/.test(file));

/** Whatever was there before: what is put now arrives, and is there after a restart. */
async function works(path: string, store: ObservedStore): Promise<void> {
  store.outbox.put(reading('works', 'topic'));
  await store.close(100);
  const after = openStore(path);
  after.outbox.reconnected();
  expect(deliver(after.outbox)).toContain('topic works');
  expect([after.problem, after.told]).toEqual([null, []]);
}

describe('a damaged file', () => {
  it.each([
    ['its header', 0, 100],
    ['all of it', 0, 1_000_000],
    ['its first page', 100, 3_900],
    ['a page in the middle', 4_096 * 20, 4_096],
  ])('%s: is moved aside, said once, and a new one begun', async (_, from, length) => {
    const path = fresh();
    await filled(path);
    const bytes = readFileSync(path);
    bytes.fill(0xa5, from, Math.min(bytes.length, from + length));
    writeFileSync(path, bytes);
    const store = openStore(path);
    expect(store.told).toEqual(['store/corrupt']);
    expect(store.problem).toBeNull();
    expect(asides(path)).toHaveLength(1);
    expect(readFileSync(join(dirname(path), asides(path)[0]!)).equals(bytes)).toBe(true);
    await works(path, store);
  });

  it('an empty one is a new one', async () => {
    const path = fresh();
    writeFileSync(path, '');
    await works(path, openStore(path));
  });

  it('whose log of changes is damaged opens with what was before', async () => {
    const path = fresh();
    const store = openStore(path);
    store.outbox.put(reading('1'));
    store.stats();
    const copy = afterKill(path);
    const wal = readFileSync(`${copy}-wal`);
    writeFileSync(`${copy}-wal`, wal.fill(0x5a, Math.floor(wal.length / 2)));
    const after = openStore(copy);
    expect(after.problem).toBeNull();
    await works(copy, after);
  });

  it('never stops anything, whichever bytes of it are damaged', async () => {
    const original = fresh();
    await filled(original, 300);
    let seed = 42;
    const random = (below: number): number => {
      seed = (seed * 16_807) % 2_147_483_647;
      return seed % below;
    };
    for (let turn = 0; turn < 60; turn++) {
      const path = fresh();
      const bytes = readFileSync(original);
      for (let hits = 1 + random(8); hits > 0; hits--) {
        const at = random(bytes.length);
        bytes.fill(random(256), at, at + 1 + random(300));
      }
      writeFileSync(path, bytes);
      const store = openStore(path);
      store.outbox.put(reading('new'));
      store.history.append('m', 'key1', Date.now(), 1);
      store.history.query({ meter: 'm', key: 'key2', from: 0, to: Date.now(), maxPoints: 10 });
      store.outbox.reconnected();
      expect(deliver(store.outbox)).toContain('a new');
      store.stats();
      await store.close(100);
    }
  }, 60_000);

  it('that shows its damage only in use is replaced then, with what is in memory', async () => {
    const path = fresh();
    // Too large to be checked as a whole at start.
    const store = openStore(path, {
      outbox: { maxMessages: 1e6, maxBytes: 1e9, maxAgeMs: 1e9, isKept: true },
    });
    for (let n = 1; n <= 9_000; n++) store.outbox.put(reading(`${n} ${'x'.repeat(2_000)}`));
    await store.close(100);
    expect(statSync(path).size).toBeGreaterThan(17_000_000);
    const bytes = readFileSync(path);
    // Row counts are read from the first bytes of each page, texts of the later ones are not.
    bytes.fill(0xff, 12_000_000, 12_000_000 + 4_096 * 4);
    writeFileSync(path, bytes);
    const after = openStore(path);
    for (let n = 0; n < 5; n++) after.outbox.put(reading(`new ${n}`, 'b'));
    after.outbox.reconnected();
    const first = deliver(after.outbox);
    await expect.poll(() => after.told.includes('store/corrupt')).toBe(true);
    await expect.poll(() => after.problem).toBeNull();
    const rest = deliver(after.outbox);
    for (let n = 0; n < 5; n++) {
      const wanted = n === 4 ? 'b new 4' : `b/backlog new ${n}`;
      expect([...first, ...rest]).toContain(wanted);
    }
    expect(asides(path)).toHaveLength(1);
    await works(path, after);
  }, 60_000);
});

describe('a file that is deleted while it is in use', () => {
  it.each([
    ['with its log of changes', ['', '-wal']],
    ['without its log of changes', ['']],
  ])('%s: is put back as it was, and written on', async (_, endings) => {
    const path = fresh();
    const store = openStore(path);
    for (let n = 1; n <= 3_000; n++) store.outbox.put(reading(`${n} ${'x'.repeat(200)}`));
    store.stats();
    for (const ending of endings) unlinkSync(path + ending);
    store.outbox.put(reading('after'));
    store.stats();
    expect([store.told, store.problem]).toEqual([['store/deleted'], null]);
    const killed = openStore(afterKill(path));
    expect([killed.outbox.size, killed.told]).toEqual([3_001, []]);
    await works(path, store);
  });

  it('is put back at the stop, too, with its folder', async () => {
    const path = join(tempFolder(), 'folder', 'meters.db');
    const store = openStore(path);
    store.outbox.put(reading('1'));
    store.stats();
    rmSync(dirname(path), { recursive: true });
    store.outbox.put(reading('2'));
    await store.close(100);
    const after = openStore(path);
    expect([after.outbox.size, after.told]).toEqual([2, []]);
  });
});

describe('a file of a newer version', () => {
  it('is moved aside whole, and a new one begun', async () => {
    const path = fresh();
    await filled(path, 10);
    const db = new DatabaseSync(path);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const store = openStore(path);
    expect(store.told).toEqual(['store/newer']);
    expect(asides(path)).toHaveLength(1);
    await works(path, store);
  });
});

describe('two processes with one file', () => {
  it('the second says so and works in memory, and takes the file over when the first is gone', async () => {
    const path = fresh();
    const first = openStore(path);
    first.outbox.put(reading('of the first'));
    const second = openStore(path);
    expect(second.told).toEqual(['store/in-use']);
    expect(second.problem?.message).toContain(path);
    second.outbox.put(reading('1'));
    second.outbox.put(reading('2'));
    expect(second.stats().outbox.messages).toBe(2);
    await first.close(100);
    await expect.poll(() => second.told).toEqual(['store/in-use', 'ok']);
    expect(second.stats().outbox.messages).toBe(3);
    second.outbox.reconnected();
    expect(deliver(second.outbox)).toEqual(['a 2', 'a/backlog of the first', 'a/backlog 1']);
  });

  it('takes what the first left behind for old once it has sent something newer itself', async () => {
    const path = fresh();
    const first = openStore(path);
    first.outbox.put(reading('old'));
    const second = openStore(path);
    second.outbox.reconnected();
    second.outbox.put(reading('new'));
    expect(deliver(second.outbox)).toEqual(['a new']);
    second.outbox.put(reading('newer'));
    const underWay = second.outbox.take()!;
    await first.close(100);
    await expect.poll(() => second.problem).toBeNull();
    second.outbox.done(underWay);
    expect(deliver(second.outbox)).toEqual(['a/backlog old']);
    expect(second.outbox.size).toBe(0);
  });
});

describe('a path that cannot be', () => {
  it.each([
    ['a folder', () => tempFolder(), 'store/failed'],
    ['below a file', () => join(import.meta.filename, 'x.db'), 'store/failed'],
  ])('%s: memory has to do', (_, path, code) => {
    const store = openStore(path());
    expect(store.told).toEqual([code]);
    store.outbox.put(reading('1'));
    expect(deliver(store.outbox)).toEqual(['a 1']);
  });

  it('in a folder that does not exist yet is made', async () => {
    const path = join(tempFolder(), 'a', 'b', 'meters.db');
    await works(path, openStore(path));
  });
});

const mounts = canMount();
if (!mounts)
  console.warn('Skipping the tests of full and read-only disks: file systems cannot be mounted here');

describe.skipIf(!mounts)('a small disk', () => {
  let disk: string;
  beforeEach(() => {
    disk = tempFolder();
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', disk]);
  });
  afterEach(() => {
    execFileSync('umount', ['-l', disk]);
  });

  it('that is full: goes on in memory, says so once, and writes it all when there is room', async () => {
    const path = join(disk, 'meters.db');
    const store = openStore(path);
    store.outbox.put(reading('0'));
    store.stats();
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(700_000));
    let count = 0;
    while (store.told.length === 0 && count < 5_000) {
      store.outbox.put(reading(`${++count} ${'x'.repeat(500)}`));
      store.stats();
    }
    expect(store.told).toEqual(['store/full']);
    for (let n = 0; n < 100; n++) store.outbox.put(reading(`${++count} ${'x'.repeat(500)}`));
    // Readings come and go meanwhile, those in the file too.
    store.outbox.reconnected();
    for (let n = 0; n < 50; n++) store.outbox.done(store.outbox.take()!);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(store.told).toEqual(['store/full']);
    expect(store.outbox.size).toBe(count + 1 - 50);
    execFileSync('mount', ['-o', 'remount,size=8m', disk]);
    await expect.poll(() => store.told).toEqual(['store/full', 'ok']);
    store.stats();
    const copy = join(tempFolder(), 'copy.db');
    for (const ending of ['', '-wal'])
      if (existsSync(path + ending)) copyFileSync(path + ending, copy + ending);
    const after = openStore(copy);
    expect(after.outbox.size).toBe(count + 1 - 50);
    expect(store.outbox.dropped).toBe(0);
    expect(new Set([...deliver(after.outbox)]).size).toBe(count + 1 - 50);
  }, 60_000);

  it('that is full from the start is waited for', async () => {
    writeFileSync(join(disk, 'ballast'), Buffer.alloc(1_040_000));
    const path = join(disk, 'meters.db');
    const store = openStore(path);
    expect(store.told).toEqual(['store/full']);
    store.outbox.put(reading('1'));
    execFileSync('rm', [join(disk, 'ballast')]);
    await expect.poll(() => store.told).toEqual(['store/full', 'ok']);
    await works(path, store);
  });

  it('that is read-only is said to be so, and used when it is not any more', async () => {
    const path = join(disk, 'meters.db');
    execFileSync('mount', ['-o', 'remount,ro', disk]);
    const store = openStore(path);
    expect(store.told).toEqual(['store/read-only']);
    store.outbox.put(reading('1'));
    execFileSync('mount', ['-o', 'remount,rw', disk]);
    await expect.poll(() => store.told).toEqual(['store/read-only', 'ok']);
    await works(path, store);
  });
});

function canMount(): boolean {
  try {
    execFileSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}
