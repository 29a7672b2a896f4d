import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { BridgeError } from '../errors/index.ts';

export interface HttpAnswer {
  readonly status: number;
  readonly body: object;
}

/** Path → what is answered on GET. */
export type HttpRoutes = Readonly<Record<string, () => HttpAnswer>>;

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves JSON on a few fixed paths, read-only.
 * @throws BridgeError http/unavailable if the port cannot be opened
 */
export async function serveHttp(host: string, port: number, routes: HttpRoutes): Promise<HttpServer> {
  const server = createServer({ headersTimeout: 5_000, requestTimeout: 5_000, maxHeaderSize: 8_192 });
  server.maxConnections = 50;
  server.on('request', (request, response) => answer(routes, request, response));
  // Whoever talks nonsense gets nothing; node:http ends the connection.
  server.on('clientError', (_error, socket) => socket.destroy());
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  return {
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const reason = error.code === 'EADDRINUSE' ? 'it is in use' : error.message;
      reject(
        new BridgeError('http/unavailable', `cannot listen on ${host}:${port}: ${reason}`, { cause: error }),
      );
    });
    server.listen(port, host, resolve);
  });
}

function answer(routes: HttpRoutes, request: IncomingMessage, response: ServerResponse): void {
  const { status, body } = answerTo(routes, request);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'",
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : `${JSON.stringify(body)}\n`);
}

function answerTo(routes: HttpRoutes, { method, url = '/' }: IncomingMessage): HttpAnswer {
  const path = url.split('?', 1)[0]!;
  const route = Object.hasOwn(routes, path) ? routes[path] : undefined;
  if (!route) return { status: 404, body: { error: 'not found', paths: Object.keys(routes) } };
  if (method !== 'GET' && method !== 'HEAD') return { status: 405, body: { error: 'only GET and HEAD' } };
  return route();
}
