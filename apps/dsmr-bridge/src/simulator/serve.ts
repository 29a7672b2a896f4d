import { type Link, type Places, type ServedLinks, serveLinks } from '@meterbridge/core/transport';
import { runPort, type SimulatorSettings } from './port.ts';

export interface ServeSettings extends SimulatorSettings, Places {}

/**
 * A simulated P1 port that any number of readers may connect to; each sees the same telegrams, from when the first one
 * listens. It also ends when a replay is over.
 */
export async function servePort(settings: ServeSettings): Promise<ServedLinks> {
  const abort = new AbortController();
  const { signal } = abort;
  const readers = new Set<Link>();
  const listening = Promise.withResolvers<void>();
  signal.addEventListener('abort', () => listening.reject(signal.reason));
  const links = await serveLinks(settings, async (reader, gone) => {
    readers.add(reader);
    listening.resolve();
    await untilGone(reader, gone).finally(() => readers.delete(reader));
  });
  const send = (bytes: Uint8Array): void => {
    // A reader that went away or does not keep up is its own affair: a meter does not wait.
    for (const link of readers)
      link.write(bytes, { timeoutMs: settings.intervalMs, signal }).catch(() => undefined);
  };
  const running = listening.promise
    .then(() => runPort(settings, send, signal))
    .catch((thrown) => {
      if (!signal.aborted) throw thrown;
    });
  return {
    tcpPort: links.tcpPort,
    ended: Promise.race([running, links.ended]),
    async [Symbol.asyncDispose]() {
      abort.abort();
      await running;
      await links[Symbol.asyncDispose]();
    },
  };
}

/** A P1 port takes no input; reading is how a reader that left is noticed. */
async function untilGone(reader: Link, signal: AbortSignal): Promise<never> {
  for (;;) await reader.read({ timeoutMs: 60_000, signal });
}
