import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import type { Link } from './link.ts';
import { serveLinks } from './serve-links.ts';
import { openTcp } from './tcp.ts';

const LOCAL = { host: '127.0.0.1', tcpPort: 0 };
const timeoutMs = 5_000;

async function echo(link: Link, signal: AbortSignal): Promise<void> {
  for (;;) {
    const bytes = await link.read({ timeoutMs, signal });
    if (bytes) await link.write(bytes, { timeoutMs, signal });
  }
}

describe('a simulated meter', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'links-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('serves each client until it is closed', async () => {
    const served = await serveLinks({ tcp: LOCAL }, echo);
    const address = { ...LOCAL, tcpPort: served.tcpPort! };
    const clients = await Promise.all([1, 2].map(() => openTcp(address, { timeoutMs })));
    for (const [at, client] of clients.entries()) await client.write(Uint8Array.of(at), { timeoutMs });
    const answers = await Promise.all(clients.map((client) => client.read({ timeoutMs })));
    expect(answers.map((bytes) => bytes?.[0])).toEqual([0, 1]);
    await served[Symbol.asyncDispose]();
    await served.ended;
    await expect(openTcp(address, { timeoutMs })).rejects.toMatchObject({ code: 'link/refused' });
    for (const client of clients) await client.close();
  });

  it('tells when its terminal fails', async () => {
    const lost = new BridgeError('link/lost', 'gone');
    await using served = await serveLinks({ pty: join(folder, 'meter') }, () => Promise.reject(lost));
    expect(served.tcpPort).toBeNull();
    await expect(served.ended).rejects.toBe(lost);
  });
});
