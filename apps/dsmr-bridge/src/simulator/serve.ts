import { type Link, listenTcp, openPty } from '@meterbridge/core/transport';
import { runPort, type SimulatorSettings } from './port.ts';

export interface ServeSettings extends SimulatorSettings {
  readonly tcp?: { readonly host: string; readonly tcpPort: number } | undefined;
  /** Path of a pseudo terminal. */
  readonly pty?: string | undefined;
}

export interface SimulatedPort extends AsyncDisposable {
  /** Where it listens; null without TCP. */
  readonly tcpPort: number | null;
  /** Resolves when a replay is over; rejects if the simulator fails. */
  readonly ended: Promise<void>;
}

/** A simulated P1 port that any number of readers may connect to; each sees the same telegrams. */
export async function servePort(settings: ServeSettings): Promise<SimulatedPort> {
  const abort = new AbortController();
  const { signal } = abort;
  const readers = new Set<Link>();
  const welcome = async (reader: Link): Promise<void> => {
    readers.add(reader);
    await untilGone(reader).finally(() => readers.delete(reader));
  };
  await using opened = new AsyncDisposableStack();
  const server = settings.tcp && opened.use(await listenTcp(settings.tcp, welcome, { signal }));
  if (settings.pty) readers.add(opened.use(await openPty(settings.pty, { signal })));
  const send = (bytes: Uint8Array): void => {
    // A reader that went away or does not keep up is its own affair: a meter does not wait.
    for (const link of readers)
      link.write(bytes, { timeoutMs: settings.intervalMs, signal }).catch(() => undefined);
  };
  const running = runPort(settings, send, signal).catch((thrown) => {
    if (!signal.aborted) throw thrown;
  });
  const resources = opened.move();
  return {
    tcpPort: server?.tcpPort ?? null,
    ended: running,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await running;
      await resources.disposeAsync();
    },
  };
}

/** A P1 port takes no input; reading is how a reader that left is noticed. */
async function untilGone(reader: Link): Promise<never> {
  for (;;) await reader.read({ timeoutMs: 60_000 });
}
