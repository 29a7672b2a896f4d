import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openPty } from './pty.ts';
import { openSerial } from './serial.ts';

const hasSocat = spawnSync('socat', ['-V']).status === 0;
if (!hasSocat && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but there is no socat');
if (!hasSocat) console.warn('Skipping the tests of serial ports: there is no socat');

const SOON = { timeoutMs: 5_000 };
const LINE = { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 } as const;

describe.skipIf(!hasSocat)('a serial port', () => {
  let folder: string;
  let path: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'pty-'));
    path = join(folder, 'port');
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('carries every byte both ways', async () => {
    await using meter = await openPty(path);
    await using port = await openSerial({ path, ...LINE }, SOON);
    expect(port.name).toBe(`serial://${path} 115200 8N1`);
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    for (const [from, to] of [
      [meter, port],
      [port, meter],
    ] as const) {
      await from.write(all, SOON);
      let got = Buffer.alloc(0);
      while (got.length < all.length) got = Buffer.concat([got, (await to.read(SOON)) ?? new Uint8Array()]);
      expect(got).toEqual(Buffer.from(all));
    }
  });

  it('can be closed and opened again', async () => {
    await using meter = await openPty(path);
    for (let turn = 0; turn < 3; turn++) {
      await using port = await openSerial({ path, ...LINE }, SOON);
      await meter.write(Uint8Array.of(turn), SOON);
      expect([...((await port.read(SOON)) ?? [])]).toEqual([turn]);
    }
  });

  it('that is unplugged is lost, and found again when it is plugged in, under another name behind the link', async () => {
    const first = await openPty(path);
    await using port = await openSerial({ path, ...LINE }, SOON);
    await first.close();
    await expect(port.read({ timeoutMs: 500 })).rejects.toMatchObject({ code: 'link/lost' });
    await expect(openSerial({ path, ...LINE }, SOON)).rejects.toMatchObject({ code: 'link/not-found' });
    await using second = await openPty(path);
    await using again = await openSerial({ path, ...LINE }, SOON);
    await second.write(Uint8Array.of(7), SOON);
    expect([...((await again.read(SOON)) ?? [])]).toEqual([7]);
  });

  it('belongs to one process alone', async () => {
    await using _meter = await openPty(path);
    await using _port = await openSerial({ path, ...LINE }, SOON);
    await expect(openSerial({ path, ...LINE }, SOON)).rejects.toMatchObject({ code: 'link/busy' });
  });

  it.each([
    ['a path that does not exist', async () => join(folder, 'nothing'), 'link/not-found'],
    ['a folder', async () => folder, 'link/failed'],
    [
      'a plain file',
      async () => {
        await writeFile(join(folder, 'file'), '');
        return join(folder, 'file');
      },
      'link/failed',
    ],
  ])('is told from %s', async (_, wrong, code) => {
    await expect(openSerial({ path: await wrong(), ...LINE }, SOON)).rejects.toMatchObject({ code });
  });

  it('is not put in the place of a file that is there', async () => {
    await writeFile(join(folder, 'precious'), 'x');
    await expect(openPty(join(folder, 'precious'))).rejects.toMatchObject({ code: 'link/failed' });
  });
});
