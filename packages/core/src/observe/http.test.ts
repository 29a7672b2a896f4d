import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { Server } from 'node:http';
import { connect } from 'node:net';
import { hostname } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BridgeError } from '../errors/index.ts';
import { EventStreams } from './event-streams.ts';
import { type HttpServer, serveHttp } from './http.ts';

const errors: BridgeError[] = [];
const streams = new EventStreams();
const SETTINGS = { host: '127.0.0.1', port: 0, hosts: ['Meters.example.org'] };
const onError = (error: BridgeError): number => errors.push(error);
let server: HttpServer;
beforeAll(async () => {
  server = await serveHttp(
    { ...SETTINGS, onError },
    {
      '/health': () => ({ status: 503, body: { healthy: false } }),
      '/ready': () => ({ status: 200, body: { ready: true } }),
      '/text': (query) => ({ status: 200, body: query.get('say') ?? '', type: 'text/plain; charset=utf-8' }),
      '/broken': () => Promise.reject(new Error('secret detail')),
      '/events': () => streams,
    },
  );
});
afterAll(async () => {
  streams.close();
  await server.close();
});

const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method });

/** What comes back for these bytes, until the server ends the connection. */
async function raw(text: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(text, 'latin1');
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await once(socket, 'close');
  return answer;
}

const request = (line: string, ...headers: readonly string[]): string =>
  [line, ...headers, 'Connection: close', '', ''].join('\r\n');
const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1]);

describe('HTTP', () => {
  it('answers on the paths it knows', async () => {
    const response = await ask('/health?verbose');
    expect([response.status, await response.json()]).toEqual([503, { healthy: false }]);
    expect((await ask('/ready')).status).toBe(200);
  });

  it('tells of clients that cannot be accepted, and goes on', async () => {
    const servers = new Set<Server>();
    const remember = (message: unknown): void => {
      if (typeof message === 'object' && message && 'server' in message && message.server instanceof Server)
        servers.add(message.server);
    };
    subscribe('http.server.request.start', remember);
    await ask('/ready');
    unsubscribe('http.server.request.start', remember);
    for (const node of servers) for (const code of ['ENOMEM', 'ENOBUFS']) node.emit('error', new Error(code));
    expect(errors.splice(0).map(({ message }) => message)).toEqual(['ENOMEM', 'ENOBUFS']);
    expect((await ask('/ready')).status).toBe(200);
  });

  it('answers so that a browser neither guesses, loads, keeps nor shares anything', async () => {
    const { headers } = await ask('/ready');
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
      'cross-origin-resource-policy': 'same-origin',
    });
    for (const header of ['set-cookie', 'access-control-allow-origin', 'server', 'x-powered-by'])
      expect([header, headers.get(header)]).toEqual([header, null]);
  });

  it('answers HEAD with the same head and nothing else', async () => {
    const answer = await raw(request('HEAD /ready HTTP/1.1', 'Host: localhost'));
    expect(statusOf(answer)).toBe(200);
    expect(answer).toMatch(/content-length: 15\r\n/i);
    expect(answer.endsWith('\r\n\r\n')).toBe(true);
  });

  it.each([
    ['/', 404],
    ['/constructor', 404],
    ['/__proto__', 404],
    ['/../../etc/passwd', 404],
    ['/health/', 404],
  ])('answers %s with %i', async (path, status) => {
    expect((await ask(path)).status).toBe(status);
  });

  it.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'])('refuses %s', async (method) => {
    const response = await ask('/ready', method);
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it.each([
    'localhost',
    'LOCALHOST:8080',
    'a.localhost',
    '127.0.0.1:1',
    '192.168.1.10',
    '[::1]',
    '[fe80::1]:8080',
    'meters.example.org',
    'METERS.example.org.:80',
    hostname(),
    `${hostname()}.local:8080`,
  ])('is called %s', async (host) => {
    expect(statusOf(await raw(request('GET /ready HTTP/1.1', `Host: ${host}`)))).toBe(200);
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'meters.example.org.evil',
    'evil@127.0.0.1',
    '127.0.0.1 evil',
    '[::1',
    '[evil]',
    ':80',
    '',
  ])('is not called "%s"', async (host) => {
    const answer = await raw(request('GET /ready HTTP/1.1', `Host: ${host}`));
    expect(statusOf(answer)).toBe(421);
    expect(answer).toContain('http.hosts');
  });

  it.each([
    ['a body', request('GET /ready HTTP/1.1', 'Host: localhost', 'Content-Length: 5'), 413],
    [
      'a body that is sent',
      `${request('POST /ready HTTP/1.1', 'Host: localhost', 'Content-Length: 5')}12345`,
      413,
    ],
    [
      'a body in chunks',
      request('GET /ready HTTP/1.1', 'Host: localhost', 'Transfer-Encoding: chunked'),
      413,
    ],
    ['a URL that is too long', request(`GET /${'x'.repeat(3_000)} HTTP/1.1`, 'Host: localhost'), 414],
    [
      'headers that are too long',
      request('GET / HTTP/1.1', 'Host: localhost', `x: ${'y'.repeat(20_000)}`),
      431,
    ],
    ['no Host', request('GET /ready HTTP/1.1'), 400],
    [
      'two lengths',
      request('GET / HTTP/1.1', 'Host: localhost', 'Content-Length: 1', 'Content-Length: 2'),
      400,
    ],
    ['a header without name', request('GET / HTTP/1.1', 'Host: localhost', ': x'), 400],
    ['a line break that is none', 'GET / HTTP/1.1\nHost: localhost\n\rx\n\n', 400],
    ['zeros', '\u0000\u0001\u0002\r\n\r\n', 400],
    ['half a request line', 'GET\r\n\r\n', 400],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003', 400],
  ])('refuses %s', async (_, text, status) => {
    expect(statusOf(await raw(text))).toBe(status);
    expect((await ask('/ready')).status).toBe(200);
  });

  it('hangs up on whoever never ends a request', { timeout: 15_000 }, async () => {
    expect(statusOf(await raw('GET /ready HTTP/1.1\r\nHost: localhost\r\nx: '))).toBe(408);
  });

  it('tells what a route threw to its owner, and not to the world', async () => {
    const response = await ask('/broken');
    expect([response.status, await response.text()]).toEqual([500, expect.not.stringContaining('secret')]);
    expect(errors.map(({ message }) => message)).toEqual(['secret detail']);
  });

  it('says which port it cannot have, and why', async () => {
    await expect(serveHttp({ ...SETTINGS, port: server.port, onError }, {})).rejects.toMatchObject({
      code: 'http/unavailable',
      message: expect.stringContaining(`127.0.0.1:${server.port}: it is in use`),
    });
  });
});

describe('events', () => {
  async function look(): Promise<{ next(): Promise<string>; close(): Promise<void> }> {
    const abort = new AbortController();
    const response = await fetch(`http://127.0.0.1:${server.port}/events`, { signal: abort.signal });
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
    return {
      next: async () => (await reader.read()).value ?? '',
      async close() {
        const before = streams.size;
        abort.abort();
        while (streams.size === before) await new Promise((resolve) => setTimeout(resolve, 5));
      },
    };
  }

  it('reach everybody who looks on, in one line each', async () => {
    const [one, other] = [await look(), await look()];
    for (const client of [one, other]) expect(await client.next()).toBe('retry: 2000\n\n');
    streams.send('values', { text: 'a\n\nevent: forged' });
    for (const client of [one, other])
      expect(await client.next()).toBe('event: values\ndata: {"text":"a\\n\\nevent: forged"}\n\n');
    await one.close();
    await other.close();
    expect(streams.size).toBe(0);
  });

  it('have room for twenty', async () => {
    const clients = await Promise.all(Array.from({ length: 20 }, look));
    const late = await ask('/events');
    expect([late.status, await late.json()]).toEqual([503, { error: expect.any(String) }]);
    await clients[0]!.close();
    const again = await look();
    for (const client of [...clients.slice(1), again]) await client.close();
  });

  it('do not wait for who does not keep up', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write('GET /events HTTP/1.1\r\nHost: localhost\r\n\r\n');
    while (streams.size === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    // Nothing is read from the socket: first the kernel's buffers fill, then ours.
    for (let turn = 0; turn < 200 && streams.size > 0; turn++) {
      streams.send('values', { text: 'x'.repeat(100_000) });
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(streams.size).toBe(0);
    socket.destroy();
  });
});
