import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { openSocket } from './stream.ts';

const server = createServer();
beforeEach(async () => void (await once(server.listen(0, '127.0.0.1'), 'listening')));
afterEach(() => void server.close());

async function connected() {
  const chunks: Buffer[] = [];
  const { port } = server.address() as AddressInfo;
  const settings = { host: '127.0.0.1', tcpPort: port, tls: null, clientId: 'a', keepaliveS: 1 };
  const accepted = once(server, 'connection');
  const socket = openSocket({ ...settings, will: null, birth: [] }, (bytes) =>
    chunks.push(Buffer.from(bytes)),
  );
  const [peer]: Socket[] = await accepted;
  return { socket, peer: peer!.setNoDelay(true), received: () => Buffer.concat(chunks) };
}

it('hands on every byte in order, however the bytes come', async () => {
  const { socket, peer, received } = await connected();
  const sizes = Array.from({ length: 600 }, (_, at) => (at % 100 === 99 ? 200_000 : 1 + ((at * 37) % 700)));
  const sent = sizes.map((size, at) => Buffer.alloc(size, at));
  for (const [at, bytes] of sent.entries()) {
    peer.write(bytes);
    if (at % 7 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  const all = Buffer.concat(sent);
  await vi.waitFor(() => expect(received().length).toBe(all.length), { timeout: 10_000 });
  expect(received().equals(all)).toBe(true);
  socket.destroy();
});

it('notices the end, also right behind bytes that came close on others', async () => {
  const { socket, peer, received } = await connected();
  const closed = once(socket, 'close');
  for (let at = 0; at < 50; at++) {
    peer.write('x');
    await new Promise((resolve) => setImmediate(resolve));
  }
  peer.end('y');
  await closed;
  expect(received().toString()).toBe(`${'x'.repeat(50)}y`);
});
