import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, readlink, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LineSettings } from '../model/index.ts';
import { describeLink, lost, pattern, readBytes, SOON } from './link.fixture.ts';
import type { Link } from './link.ts';
import { openLink } from './open.ts';
import { openPty } from './pty.ts';
import { openSerial } from './serial.ts';

const LINE: LineSettings = { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 };

const isMissing = spawnSync('socat', ['-V']).status !== 0;
const isSkipped = isMissing && !process.env.REQUIRE_CONTAINERS;
if (isSkipped)
  console.warn('tests of serial ports are skipped: socat, which makes pseudo terminals, is not installed');

let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'serial-'));
});
afterEach(() => rm(folder, { recursive: true }));

function openPort(path: string, line = LINE) {
  return openSerial({ path, ...line }, SOON);
}

function isFree(path: string): Promise<boolean> {
  const closing = openPort(path).then((link) => link.close());
  return closing.then(
    () => true,
    () => false,
  );
}

async function readUntilLost(link: Link): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  const reading = async () => {
    for (let chunk = await link.read(SOON); chunk; chunk = await link.read(SOON)) chunks.push(chunk);
  };
  await expect(reading()).rejects.toThrow(lost());
  return Buffer.concat(chunks);
}

/** Two serial ports with a cable between them, as `a` and `b` in the folder. To kill it is to unplug both. */
async function plugIn(): Promise<ChildProcess> {
  const [a, b] = [join(folder, 'a'), join(folder, 'b')];
  const cable = spawn('socat', [`pty,rawer,link=${a}`, `pty,rawer,link=${b}`], { stdio: 'ignore' });
  await expect.poll(() => existsSync(a) && existsSync(b), { timeout: 5_000 }).toBe(true);
  return cable;
}

async function unplug(cable: ChildProcess): Promise<void> {
  const exited = once(cable, 'exit');
  cable.kill('SIGKILL');
  await exited;
}

describe.skipIf(isSkipped)('serial port', () => {
  describeLink('on a pseudo terminal', {
    open: async () => {
      const path = join(folder, 'meter');
      return { meter: await openPty(path), reader: await openPort(path) };
    },
    isCut: true,
    mostUnread: 4 * 1024 * 1024,
    runs: 20,
  });

  it('opens with any line settings and has them in its name', async () => {
    await using cable = new AsyncDisposableStack();
    cable.adopt(await plugIn(), unplug);
    const path = join(folder, 'a');
    const line = { baudRate: 300, dataBits: 7, parity: 'even', stopBits: 1 } as const;
    await using link = await openLink({ kind: 'serial', path }, { line, ...SOON });
    expect(link.name).toBe(`serial://${path} 300 7E1`);
    const { stdout } = spawnSync('stty', ['-F', path, '-a'], { encoding: 'utf8' });
    expect(stdout).toContain('speed 300 baud');
    expect(stdout).toMatch(/ -crtscts/);
  });

  it('notices at once that it was unplugged, and works again when plugged in under another number', async () => {
    const path = join(folder, 'by-id');
    await symlink(join(folder, 'a'), path);
    const cable = await plugIn();
    const first = await openPort(path);
    const target = await readlink(join(folder, 'a'));
    const reading = expect(first.read({ timeoutMs: 15_000 })).rejects.toThrow(lost());
    await unplug(cable);
    await reading;
    await expect(first.write(Buffer.from('x'), SOON)).rejects.toThrow(lost());
    await expect(openPort(path)).rejects.toMatchObject({ code: 'link/not-found' });

    // Whoever takes the old number first, the port has to come back under another.
    await using other = await openPty(join(folder, 'other'));
    await rm(join(folder, 'a'));
    await rm(join(folder, 'b'));
    await using again = new AsyncDisposableStack();
    again.adopt(await plugIn(), unplug);
    expect(await readlink(join(folder, 'a'))).not.toBe(target);
    await using near = await openPort(path);
    await using far = await openPort(join(folder, 'b'));
    await far.write(Buffer.from('back'), SOON);
    expect(Buffer.from(await readBytes(near, 4)).toString()).toBe('back');
    await first.close();
    await other.close();
  });

  it('still delivers what had arrived before it was unplugged', async () => {
    const cable = await plugIn();
    await using near = await openPort(join(folder, 'a'));
    await using far = await openPort(join(folder, 'b'));
    await far.write(Buffer.from('12'), SOON);
    await readBytes(near, 2);
    await far.write(pattern(0, 100), SOON);
    await near.write(Buffer.from('?'), SOON);
    await readBytes(far, 1);
    await unplug(cable);
    await expect(readBytes(near, 1_000)).rejects.toThrow(lost());
  });

  it('notices that it was unplugged while much is unread, and still delivers that', async () => {
    const path = join(folder, 'meter');
    await using meter = await openPty(path);
    await using reader = await openPort(path);
    const sent = 512 * 1024;
    await expect(meter.write(pattern(0, sent), { timeoutMs: 1_000 })).rejects.toMatchObject({
      code: 'link/timeout',
    });
    await meter.close();
    await expect
      .poll(() =>
        reader.write(Buffer.from('x'), SOON).then(
          () => 'ok',
          ({ code }) => code,
        ),
      )
      .toBe('link/lost');
    const arrived = await readUntilLost(reader);
    expect(arrived.length).toBeGreaterThan(256 * 1024);
    expect(Buffer.compare(arrived, pattern(0, arrived.length))).toBe(0);
  });

  it('is for one process at a time', async () => {
    await using cable = new AsyncDisposableStack();
    cable.adopt(await plugIn(), unplug);
    const path = join(folder, 'a');
    const first = await openPort(path);
    await expect(openPort(path)).rejects.toMatchObject({
      code: 'link/busy',
      message: `cannot open ${path}: it is in use`,
    });
    await first.close();
    const second = await openPort(path);
    await second.close();
  });

  it('leaves nothing open, at whatever moment its opening is aborted', async () => {
    await using cable = new AsyncDisposableStack();
    cable.adopt(await plugIn(), unplug);
    const path = join(folder, 'a');
    for (let turns = 0; turns < 20; turns++) {
      const abort = new AbortController();
      const opening = openSerial({ path, ...LINE }, { ...SOON, signal: abort.signal });
      const ending = opening.then(
        (link) => link.close(),
        (error) => error,
      );
      for (let turn = 0; turn < turns; turn++) await setImmediate();
      abort.abort(new Error('enough'));
      const failure = await ending;
      if (failure) expect(failure).toEqual(new Error('enough'));
      await expect.poll(() => isFree(path), { timeout: 5_000 }).toBe(true);
    }
  });
});

describe('a serial port that cannot be opened', () => {
  it('is not found', async () => {
    const path = join(folder, 'none');
    await expect(openPort(path)).rejects.toMatchObject({
      code: 'link/not-found',
      message: `cannot open ${path}: there is no such file`,
    });
    await expect(openPort(join('/dev/null', 'x'))).rejects.toMatchObject({ code: 'link/not-found' });
  });

  it('is a directory or a file', async () => {
    const file = join(folder, 'file');
    await writeFile(file, 'kept');
    for (const path of [folder, file]) {
      await expect(openPort(path)).rejects.toMatchObject({
        code: 'link/not-serial',
        message: `cannot open ${path}: it is no serial device`,
      });
    }
    expect(await readFile(file, 'utf8')).toBe('kept');
  });

  it('is another device', async () => {
    await expect(openPort('/dev/null')).rejects.toMatchObject({
      code: 'link/not-serial',
      message: 'cannot open /dev/null: it is no serial device',
    });
  });

  it('is not even looked for with an aborted signal', async () => {
    const limits = { ...SOON, signal: AbortSignal.abort(new Error('too late')) };
    await expect(openSerial({ path: join(folder, 'none'), ...LINE }, limits)).rejects.toThrow('too late');
  });
});

describe.skipIf(isSkipped)('pseudo terminal', () => {
  it('stays while readers come and go', async () => {
    const path = join(folder, 'meter');
    await using meter = await openPty(path);
    expect(meter.name).toBe(`pty://${path}`);
    for (const text of ['one', 'two', 'three']) {
      await using reader = await openPort(path, { ...LINE, baudRate: 9_600 });
      await reader.write(Buffer.from(text), SOON);
      expect(Buffer.from(await readBytes(meter, text.length)).toString()).toBe(text);
      await meter.write(Buffer.from(text.toUpperCase()), SOON);
      expect(Buffer.from(await readBytes(reader, text.length)).toString()).toBe(text.toUpperCase());
    }
  });

  it('is gone when closed, even with bytes that nobody read', async () => {
    const path = join(folder, 'meter');
    await using meter = await openPty(path);
    await expect(meter.write(Buffer.alloc(64 * 1024), { timeoutMs: 100 })).rejects.toMatchObject({
      code: 'link/timeout',
    });
    await meter.close();
    await expect(readlink(path)).rejects.toThrow('ENOENT');
  });

  it('takes any path', async () => {
    const path = join(folder, `a b,c:d"e'f\\g!(h)é`);
    await using meter = await openPty(path);
    await using reader = await openPort(path);
    await meter.write(Buffer.from('x'), SOON);
    expect(await readBytes(reader, 1)).toEqual(Uint8Array.of(0x78));
  });

  it('takes the place of one whose process was killed, and of nothing else', async () => {
    const cable = await plugIn();
    await unplug(cable);
    const left = join(folder, 'a');
    await using meter = await openPty(left);
    await using reader = await openPort(left);
    await meter.write(Buffer.from('x'), SOON);
    expect(await readBytes(reader, 1)).toEqual(Uint8Array.of(0x78));

    const file = join(folder, 'file');
    await writeFile(file, 'kept');
    await mkdir(join(folder, 'dir'));
    await symlink(file, join(folder, 'link'));
    for (const name of ['file', 'dir', 'link']) {
      await expect(openPty(join(folder, name))).rejects.toMatchObject({ code: 'link/failed' });
    }
    expect(await readFile(join(folder, 'link'), 'utf8')).toBe('kept');
  });

  it('says why it cannot be made', async () => {
    await expect(openPty(join(folder, 'none', 'meter'))).rejects.toMatchObject({ code: 'link/not-found' });
    const signal = AbortSignal.abort(new Error('too late'));
    await expect(openPty(join(folder, 'meter'), { signal })).rejects.toThrow('too late');
  });
});

it('names socat when it is missing', async () => {
  const path = process.env.PATH;
  process.env.PATH = folder;
  try {
    await expect(openPty(join(folder, 'meter'))).rejects.toMatchObject({
      code: 'link/failed',
      hint: expect.stringContaining('apt-get install socat'),
    });
  } finally {
    process.env.PATH = path;
  }
});
