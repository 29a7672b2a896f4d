import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import { sleep } from '../time/index.ts';
import { describeLink, lost, pattern, readBytes, SOON } from './link.fixture.ts';
import type { Link } from './link.ts';
import { listenTcp } from './listen-tcp.ts';
import { openLink } from './open.ts';
import { openTcp } from './tcp.ts';

const forEver = new Promise<void>(() => {});
const LOCAL = { host: '127.0.0.1', tcpPort: 0 };

/** A server whose one client is the reader; closing the meter's end ends the server too. */
async function openEnds() {
  const { promise, resolve } = Promise.withResolvers<Link>();
  const server = await listenTcp(LOCAL, (link) => {
    resolve(link);
    return forEver;
  });
  const reader = await openTcp({ ...LOCAL, tcpPort: server.tcpPort }, SOON);
  const client = await promise;
  const close = async () => {
    await client.close();
    await server[Symbol.asyncDispose]();
  };
  return { reader, meter: { ...client, close, [Symbol.asyncDispose]: close } };
}

describeLink('tcp', { open: openEnds, isCut: false, mostUnread: 64 * 1024 * 1024, runs: 30 });

it('serves several clients, each under its own name, and closes all of them', async () => {
  const clients: Link[] = [];
  const server = await listenTcp(LOCAL, (link) => {
    clients.push(link);
    return forEver;
  });
  const address = { kind: 'tcp', host: '127.0.0.1', tcpPort: server.tcpPort } as const;
  const line = { baudRate: 9_600, dataBits: 8, parity: 'none', stopBits: 1 } as const;
  const readers = await Promise.all([1, 2, 3].map(() => openLink(address, { ...SOON, line })));
  for (const reader of readers) await reader.write(Buffer.from('?'), SOON);
  await expect.poll(() => clients.length).toBe(3);
  for (const [i, client] of clients.entries()) {
    await readBytes(client, 1);
    await client.write(Uint8Array.of(i), SOON);
  }
  const answers = await Promise.all(readers.map((reader) => readBytes(reader, 1)));
  expect(answers.map(([answer]) => answer).sort()).toEqual([0, 1, 2]);
  expect(new Set(clients.map(({ name }) => name)).size).toBe(3);
  expect(readers[0]?.name).toBe(`tcp://127.0.0.1:${server.tcpPort}`);
  await server[Symbol.asyncDispose]();
  for (const link of [...clients, ...readers]) await expect(link.read(SOON)).rejects.toThrow(lost());
  await Promise.all(readers.map((reader) => reader.close()));
});

it('ends a server and its clients by signal', async () => {
  const abort = new AbortController();
  const server = await listenTcp(LOCAL, () => forEver, { signal: abort.signal });
  await using reader = await openTcp({ ...LOCAL, tcpPort: server.tcpPort }, SOON);
  abort.abort();
  await expect(reader.read(SOON)).rejects.toThrow(lost());
  await server[Symbol.asyncDispose]();
  await expect(openTcp({ ...LOCAL, tcpPort: server.tcpPort }, SOON)).rejects.toMatchObject({
    code: 'link/refused',
  });
});

it('closes the link of a client that was served or sent nonsense, and serves the next', async () => {
  let clients = 0;
  await using server = await listenTcp(LOCAL, async (link) => {
    await link.read(SOON);
    if (++clients === 2) throw new BridgeError('frame/malformed', 'nonsense');
  });
  for (let client = 1; client <= 3; client++) {
    await using reader = await openTcp({ ...LOCAL, tcpPort: server.tcpPort }, SOON);
    await reader.write(Buffer.from('?'), SOON);
    await expect(reader.read(SOON)).rejects.toThrow(lost());
    expect(clients).toBe(client);
  }
});

it('takes the reason of the signal for the end of serving', async () => {
  const abort = new AbortController();
  const server = await listenTcp(LOCAL, () => sleep(60_000, abort.signal), { signal: abort.signal });
  await using reader = await openTcp({ ...LOCAL, tcpPort: server.tcpPort }, SOON);
  // Nobody waits for what `serve` does: an error that it did not expect would end the process.
  abort.abort(new Error('enough'));
  await expect(reader.read(SOON)).rejects.toThrow(lost());
  await server.close();
});

it('reports a port that another server uses as busy', async () => {
  await using server = await listenTcp(LOCAL, () => forEver);
  await expect(listenTcp({ ...LOCAL, tcpPort: server.tcpPort }, () => forEver)).rejects.toMatchObject({
    code: 'link/busy',
  });
});

it('reports a refused connection, also for a name with several addresses', async () => {
  const server = await listenTcp(LOCAL, () => forEver);
  await server[Symbol.asyncDispose]();
  for (const host of ['127.0.0.1', 'localhost']) {
    const opening = openTcp({ host, tcpPort: server.tcpPort }, SOON);
    await expect(opening).rejects.toMatchObject({
      code: 'link/refused',
      message: `cannot connect to tcp://${host}:${server.tcpPort}: the connection was refused`,
    });
  }
});

it('reports a host name that cannot be', async () => {
  await expect(openTcp({ host: 'no..such', tcpPort: 1 }, SOON)).rejects.toMatchObject({
    code: 'link/not-found',
  });
});

it('writes an IPv6 address in brackets', async () => {
  const opening = openTcp({ host: '::1', tcpPort: 1 }, SOON);
  await expect(opening).rejects.toThrow('cannot connect to tcp://[::1]:1: ');
});

it('answers null for a peer that stays silent', async () => {
  await using server = await listenTcp(LOCAL, () => forEver);
  await using reader = await openTcp({ ...LOCAL, tcpPort: server.tcpPort }, SOON);
  expect(await reader.read({ timeoutMs: 50 })).toBeNull();
});

it('reports a reset connection as lost, after the bytes that came before it', async () => {
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const tcpPort = typeof bound === 'object' && bound ? bound.port : 0;
  await using reader = await openTcp({ ...LOCAL, tcpPort }, SOON);
  await expect.poll(() => sockets.length).toBe(1);
  sockets[0]?.write('last');
  expect(Buffer.from(await readBytes(reader, 4)).toString()).toBe('last');
  sockets[0]?.resetAndDestroy();
  await expect(reader.read(SOON)).rejects.toThrow(lost());
  server.close();
});

it('delivers more than it holds at once to a reader that comes after the end', async () => {
  const { meter, reader } = await openEnds();
  await using _ = reader;
  const bytes = pattern(0, 600 * 1024);
  await meter.write(bytes, SOON);
  await meter.close();
  expect(Buffer.compare(await readBytes(reader, bytes.length), bytes)).toBe(0);
  await expect(reader.read(SOON)).rejects.toThrow(lost());
});

/** A stopped process accepts nobody: once its queue is full the kernel leaves connections unanswered. */
async function startDeafServer(): Promise<{ child: ChildProcess; tcpPort: number; fill: Socket[] }> {
  const program = `const s = require('net').createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 },
    () => console.log(s.address().port))`;
  const child = spawn(process.execPath, ['-e', program], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [output] = await once(child.stdout, 'data');
  child.kill('SIGSTOP');
  const tcpPort = Number(output);
  const fill = [1, 2].map(() => connect(tcpPort, '127.0.0.1').on('error', () => {}));
  await Promise.all(fill.map((socket) => once(socket, 'connect')));
  return { child, tcpPort, fill };
}

it('gives up on a host that does not answer, in time or when aborted', async () => {
  const { child, tcpPort, fill } = await startDeafServer();
  const sockets = () =>
    process.getActiveResourcesInfo().filter((resource) => resource.startsWith('TCP')).length;
  const before = sockets();
  try {
    const opening = openTcp({ ...LOCAL, tcpPort }, { timeoutMs: 300 });
    await expect(opening).rejects.toMatchObject({ code: 'link/timeout' });
    const abort = new AbortController();
    const aborted = openTcp({ ...LOCAL, tcpPort }, { ...SOON, signal: abort.signal });
    abort.abort(new Error('enough'));
    await expect(aborted).rejects.toThrow('enough');
    await expect.poll(sockets).toBe(before);
  } finally {
    for (const socket of fill) socket.destroy();
    child.kill('SIGKILL');
  }
});

it('does not connect at all for a signal that was aborted before', async () => {
  let clients = 0;
  await using server = await listenTcp(LOCAL, () => {
    clients++;
    return forEver;
  });
  const limits = { ...SOON, signal: AbortSignal.abort(new Error('too late')) };
  await expect(openTcp({ ...LOCAL, tcpPort: server.tcpPort }, limits)).rejects.toThrow('too late');
  // The server sees its clients in order: had there been one before, it would have been counted.
  await using reader = await openTcp({ ...LOCAL, tcpPort: server.tcpPort }, SOON);
  await expect.poll(() => clients).toBe(1);
  expect(await reader.read({ timeoutMs: 20 })).toBeNull();
  expect(clients).toBe(1);
});
