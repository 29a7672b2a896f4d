import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { BridgeError } from '../errors/index.ts';
import type { TcpAddress } from '../model/index.ts';
import type { Link } from './link.ts';
import { linkError } from './link-error.ts';
import { streamLink } from './stream-link.ts';
import { formatTcp, SOCKET_OPTIONS } from './tcp.ts';

const LISTEN_HINT = 'Choose an address of this machine, and a port on which no other program listens.';

export interface TcpListener extends AsyncDisposable {
  /** The port that is really used, where 0 was asked for. */
  readonly tcpPort: number;
  /** Ends listening and closes the link of every client. */
  close(): Promise<void>;
}

/**
 * Listens for clients, for simulated meters. Each client gets a call of `serve`; when that settles its link is closed.
 * A BridgeError from `serve` (client gone, bytes that make no sense) concerns that client alone and ends there, and so
 * does the reason of the signal.
 * @param options.signal closes the listener and every link
 * @throws BridgeError link/busy, link/permission, link/not-found, link/failed
 */
export async function listenTcp(
  { host, tcpPort }: TcpAddress,
  serve: (link: Link) => Promise<void>,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<TcpListener> {
  const { signal } = options;
  signal?.throwIfAborted();
  const links = new Set<Link>();
  const server = createServer(SOCKET_OPTIONS, (socket) => {
    void serveSocket(socket, links, serve, signal);
  });
  try {
    await once(server.listen(tcpPort, host), 'listening');
  } catch (error) {
    throw linkError(`cannot listen on ${formatTcp({ host, tcpPort })}`, error, LISTEN_HINT);
  }
  // A client that cannot be accepted (too many open files) is the only kind of error from here on.
  server.on('error', () => {});
  let closing: Promise<void> | undefined;
  const close = () => {
    signal?.removeEventListener('abort', close);
    closing ??= closeAll(server, links);
    return closing;
  };
  signal?.addEventListener('abort', close);
  if (signal?.aborted) await close();
  signal?.throwIfAborted();
  return { tcpPort: portOf(server, tcpPort), close, [Symbol.asyncDispose]: close };
}

async function serveSocket(
  socket: Socket,
  links: Set<Link>,
  serve: (link: Link) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<void> {
  const peer = formatTcp({ host: socket.remoteAddress ?? 'unknown', tcpPort: socket.remotePort ?? 0 });
  const link = streamLink(peer, socket);
  links.add(link);
  try {
    await serve(link);
  } catch (error) {
    const isOurOwnEnd = signal?.aborted && error === signal.reason;
    if (!isOurOwnEnd && !(error instanceof BridgeError)) throw error;
  } finally {
    await link.close();
    links.delete(link);
  }
}

async function closeAll(server: Server, links: ReadonlySet<Link>): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  server.close(() => resolve());
  await Promise.all([...links].map((link) => link.close()));
  await promise;
}

function portOf(server: Server, wanted: number): number {
  const bound = server.address();
  return typeof bound === 'object' && bound ? bound.port : wanted;
}
