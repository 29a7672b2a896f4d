import type { TcpAddress } from '../model/index.ts';
import type { Link } from './link.ts';
import { listenTcp } from './listen-tcp.ts';
import { openPty } from './pty.ts';

/** Where a simulated meter is found: on TCP, on a pseudo terminal, or both. */
export interface Places {
  readonly tcp?: TcpAddress | undefined;
  /** Path of the pseudo terminal. */
  readonly pty?: string | undefined;
}

export interface ServedLinks extends AsyncDisposable {
  /** Where it listens; null without TCP. */
  readonly tcpPort: number | null;
  /** Resolves when it is closed; rejects if the terminal fails. */
  readonly ended: Promise<void>;
}

/**
 * Calls `serve` for the terminal and for each client.
 * @param serve ends when the signal is aborted; what it throws for a client ends there, as {@link listenTcp} says
 * @throws BridgeError link/…, see {@link listenTcp} and {@link openPty}
 */
export async function serveLinks(
  { tcp, pty }: Places,
  serve: (link: Link, signal: AbortSignal) => Promise<void>,
): Promise<ServedLinks> {
  const abort = new AbortController();
  const { signal } = abort;
  await using opened = new AsyncDisposableStack();
  const server = tcp && opened.use(await listenTcp(tcp, (link) => serve(link, signal), { signal }));
  const terminal = pty === undefined ? null : opened.use(await openPty(pty, { signal }));
  const ended = terminal ? untilStopped(serve(terminal, signal), signal) : stopped(signal);
  // Not everybody wants to know.
  ended.catch(() => {});
  const resources = opened.move();
  return {
    tcpPort: server?.tcpPort ?? null,
    ended,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await Promise.allSettled([ended]);
      await resources.disposeAsync();
    },
  };
}

async function untilStopped(running: Promise<void>, signal: AbortSignal): Promise<void> {
  await running.catch((thrown) => {
    if (!signal.aborted) throw thrown;
  });
}

function stopped(signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => resolve());
  return promise;
}
