import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import type { Link } from './link.ts';
import { listenTcp } from './listen-tcp.ts';
import { linkPair } from './pair.ts';
import { openTcp } from './tcp.ts';

const SOON = { timeoutMs: 5_000 };

/** Everything that comes until the other end closes. */
async function readAll(link: Link): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  try {
    for (;;) chunks.push((await link.read(SOON)) ?? new Uint8Array());
  } catch (thrown) {
    if (!(thrown instanceof BridgeError) || thrown.code !== 'link/lost') throw thrown;
    return Buffer.concat(chunks);
  }
}

async function tcpLinks(): Promise<readonly [Link, Link, () => Promise<void>]> {
  const accepted = Promise.withResolvers<Link>();
  const open = Promise.withResolvers<void>();
  const server = await listenTcp({ host: '127.0.0.1', tcpPort: 0 }, (link) => {
    accepted.resolve(link);
    return open.promise;
  });
  const near = await openTcp({ host: '127.0.0.1', tcpPort: server.tcpPort }, SOON);
  return [near, await accepted.promise, () => server.close()];
}

describe.each([
  ['in memory', async () => [...linkPair(), async () => undefined] as const],
  ['over TCP', tcpLinks],
])('a link %s', (_, makeLinks) => {
  async function withLinks(work: (near: Link, far: Link) => Promise<void>): Promise<void> {
    const [near, far, stop] = await makeLinks();
    try {
      await work(near, far);
    } finally {
      await near.close();
      await far.close();
      await stop();
    }
  }

  it('carries bytes both ways, in order', () =>
    withLinks(async (near, far) => {
      const chunks = fc.sample(fc.uint8Array({ minLength: 1, maxLength: 300 }), { numRuns: 50, seed: 1 });
      for (const chunk of chunks) await near.write(chunk, SOON);
      for (const chunk of chunks) await far.write(chunk, SOON);
      await Promise.all(
        [near, far].map(async (link) => {
          const expected = Buffer.concat(chunks);
          let got = Buffer.alloc(0);
          while (got.length < expected.length)
            got = Buffer.concat([got, (await link.read(SOON)) ?? new Uint8Array()]);
          expect(got.equals(expected)).toBe(true);
        }),
      );
    }));

  it('answers null when nothing comes in time', () =>
    withLinks(async (near) => {
      expect(await near.read({ timeoutMs: 10 })).toBeNull();
    }));

  it('ends a wait with the reason of the signal', () =>
    withLinks(async (near) => {
      const abort = new AbortController();
      const reading = near.read({ timeoutMs: 60_000, signal: abort.signal });
      abort.abort(new Error('enough'));
      await expect(reading).rejects.toThrow('enough');
      await expect(near.read({ timeoutMs: 60_000, signal: abort.signal })).rejects.toThrow('enough');
    }));

  it('gives what came before the other end closed, then says that it is lost', () =>
    withLinks(async (near, far) => {
      await near.write(Uint8Array.of(1, 2, 3), SOON);
      await near.close();
      expect([...(await readAll(far))]).toEqual([1, 2, 3]);
      await expect(far.read(SOON)).rejects.toMatchObject({ code: 'link/lost' });
    }));

  it('wakes its reader when it is closed, and takes nothing any more', () =>
    withLinks(async (near) => {
      const reading = near.read({ timeoutMs: 60_000 });
      await near.close();
      await near.close();
      await expect(reading).rejects.toMatchObject({ code: 'link/lost' });
      await expect(near.write(Uint8Array.of(1), SOON)).rejects.toMatchObject({ code: 'link/lost' });
    }));

  it('forgets on demand what was not read', () =>
    withLinks(async (near, far) => {
      await near.write(Uint8Array.of(1), SOON);
      await new Promise((resolve) => setTimeout(resolve, 20));
      far.discard();
      await near.write(Uint8Array.of(2), SOON);
      expect([...((await far.read(SOON)) ?? [])]).toEqual([2]);
    }));

  it('has one reader at a time', () =>
    withLinks(async (near) => {
      const reading = near.read({ timeoutMs: 100 });
      await expect(near.read({ timeoutMs: 100 })).rejects.toThrow('read already');
      expect(await reading).toBeNull();
    }));

  it('loses nothing of much more than it holds while nobody reads', () =>
    withLinks(async (near, far) => {
      const block = Uint8Array.from({ length: 64 * 1024 }, (_byte, at) => at % 251);
      const writing = (async () => {
        for (let turn = 0; turn < 64; turn++) await near.write(block, { timeoutMs: 20_000 });
        await near.close();
      })();
      await new Promise((resolve) => setTimeout(resolve, 50));
      const got = await readAll(far);
      await writing;
      expect(got.length).toBe(64 * block.length);
      expect(got.subarray(63 * block.length)).toEqual(Buffer.from(block));
    }));
});

describe('a TCP link that cannot be opened', () => {
  it('says that the other end refused', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    server.close();
    await once(server, 'close');
    const opening = openTcp({ host: '127.0.0.1', tcpPort: port }, SOON);
    await expect(opening).rejects.toMatchObject({
      code: 'link/refused',
      message: expect.stringContaining(String(port)),
    });
  });

  it('says that the host is not known', async () => {
    const opening = openTcp({ host: 'nowhere.invalid', tcpPort: 1 }, SOON);
    await expect(opening).rejects.toMatchObject({ code: 'link/not-found' });
  });

  it('is given up with the reason of the signal', async () => {
    const opening = openTcp(
      { host: '127.0.0.1', tcpPort: 1 },
      { timeoutMs: 5_000, signal: AbortSignal.abort(new Error('enough')) },
    );
    await expect(opening).rejects.toThrow('enough');
  });
});
