import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type HttpServer, serveHttp } from './http.ts';

let server: HttpServer;
beforeAll(async () => {
  server = await serveHttp('127.0.0.1', 0, {
    '/health': () => ({ status: 503, body: { healthy: false } }),
    '/ready': () => ({ status: 200, body: { ready: true } }),
  });
});
afterAll(() => server.close());

const ask = (path: string, method = 'GET') => fetch(`http://127.0.0.1:${server.port}${path}`, { method });

/** What comes back for these bytes, until the server ends the connection. */
async function raw(text: string): Promise<string> {
  const socket = connect(server.port, '127.0.0.1');
  socket.on('error', () => undefined);
  socket.end(text);
  let answer = '';
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  await once(socket, 'close');
  return answer;
}

describe('HTTP', () => {
  it('answers on the paths it knows', async () => {
    const response = await ask('/health?verbose');
    expect([response.status, await response.json()]).toEqual([503, { healthy: false }]);
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'");
    expect((await ask('/ready')).status).toBe(200);
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
    expect((await ask('/ready', method)).status).toBe(405);
  });

  it('survives whoever does not speak HTTP', async () => {
    for (const nonsense of [
      '\u0000\u0001\u0002',
      'GET\r\n\r\n',
      `GET / HTTP/1.1\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`,
    ]) {
      expect(await raw(nonsense)).not.toContain('200');
    }
    expect((await ask('/ready')).status).toBe(200);
  });

  it('says which port it cannot have, and why', async () => {
    await expect(serveHttp('127.0.0.1', server.port, {})).rejects.toMatchObject({
      code: 'http/unavailable',
      message: expect.stringContaining(`127.0.0.1:${server.port}: it is in use`),
    });
  });
});
