import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { BridgeError, toBridgeError } from '../errors/index.ts';
import type { EventStreams } from './event-streams.ts';
import { ownNames, refusalOf } from './http-request.ts';

export interface HttpAnswer {
  readonly status: number;
  /** A text as it is, anything else as JSON. */
  readonly body: object | string;
  /** Default: JSON. */
  readonly type?: string;
  /** Content security policy; default: nothing may be loaded. */
  readonly policy?: string;
}

export type HttpRoute = (query: URLSearchParams) => HttpAnswer | Promise<HttpAnswer> | EventStreams;

/** Path → what is answered on GET. */
export type HttpRoutes = Readonly<Record<string, HttpRoute>>;

export interface HttpSettings {
  readonly host: string;
  readonly port: number;
  /** Names, besides addresses and loopback names, by which browsers may ask. */
  readonly hosts: readonly string[];
  /** A route threw, or a client could not be accepted. */
  readonly onError: (error: BridgeError) => void;
}

export interface HttpServer {
  readonly port: number;
  close(): Promise<void>;
}

const JSON_TYPE = 'application/json; charset=utf-8';
const LIMITS = {
  headersTimeout: 5_000,
  requestTimeout: 5_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
  maxHeaderSize: 8_192,
};
const MAX_CONNECTIONS = 50;
/** A client that takes nothing for so long is gone; events come more often. */
const STALLED_MS = 30_000;

/**
 * Serves a few fixed paths, read-only.
 * @throws BridgeError http/unavailable if the port cannot be opened
 */
export async function serveHttp(settings: HttpSettings, routes: HttpRoutes): Promise<HttpServer> {
  const { host, port } = settings;
  const names = ownNames(host, settings.hosts);
  const server = createServer(LIMITS);
  server.maxConnections = MAX_CONNECTIONS;
  server.setTimeout(STALLED_MS);
  server.on('request', (request, response) => {
    respond(routes, names, request, response).catch((thrown) => {
      settings.onError(toBridgeError(thrown));
      if (response.headersSent) response.destroy();
      else send(request, response, { status: 500, body: { error: 'this went wrong; the log tells more' } });
    });
  });
  server.on('clientError', refuseNonsense);
  await listen(server, host, port);
  // A client that cannot be accepted, as memory is short, is the only kind of error from here on.
  server.removeAllListeners('error').on('error', (error) => settings.onError(toBridgeError(error)));
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

/** What is no HTTP, too long or too slow gets a status and no more of our time. */
function refuseNonsense({ code }: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const status = code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const timedOut = code === 'ERR_HTTP_REQUEST_TIMEOUT';
  socket.end(`HTTP/1.1 ${timedOut ? '408 Request Timeout' : status}\r\nConnection: close\r\n\r\n`);
  socket.destroySoon();
}

async function respond(
  routes: HttpRoutes,
  names: ReadonlySet<string>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const refusal = refusalOf(request, names);
  if (refusal) {
    const { status, ...body } = refusal;
    // What else the client sends on this connection is of no interest.
    response.setHeader('connection', 'close');
    send(request, response, { status, body });
    return;
  }
  const answer = await answerTo(routes, request.url ?? '/');
  if ('status' in answer) send(request, response, answer);
  else if (answer.isFull)
    send(request, response, { status: 503, body: { error: 'too many look on already' } });
  else stream(request, response, answer);
}

async function answerTo(routes: HttpRoutes, url: string): Promise<HttpAnswer | EventStreams> {
  const asked = URL.parse(url, 'http://bridge');
  const route = asked && Object.hasOwn(routes, asked.pathname) ? routes[asked.pathname] : undefined;
  if (!asked || !route) return { status: 404, body: { error: 'not found', paths: Object.keys(routes) } };
  return await route(asked.searchParams);
}

function send(request: IncomingMessage, response: ServerResponse, answer: HttpAnswer): void {
  const { status, body, type = JSON_TYPE, policy } = answer;
  const payload = Buffer.from(typeof body === 'string' ? body : `${JSON.stringify(body)}\n`);
  response.writeHead(status, {
    ...headersOf(type, policy),
    'content-length': payload.length,
    ...(status === 405 && { allow: 'GET, HEAD' }),
  });
  response.end(request.method === 'HEAD' ? undefined : payload);
}

function stream(request: IncomingMessage, response: ServerResponse, streams: EventStreams): void {
  response.writeHead(200, headersOf('text/event-stream; charset=utf-8'));
  if (request.method === 'HEAD') response.end();
  else streams.add(response);
}

function headersOf(type: string, policy = "default-src 'none'; frame-ancestors 'none'") {
  return {
    'content-type': type,
    'cache-control': 'no-store',
    'content-security-policy': policy,
    'cross-origin-resource-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
  };
}
