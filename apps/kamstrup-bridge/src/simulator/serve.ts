import type { TcpAddress } from '@meterbridge/core/model';
import { type Link, listenTcp, openPty } from '@meterbridge/core/transport';
import { type EyeSettings, serveEye } from './eye.ts';
import type { SimulatedMeter } from './meter.ts';

export interface ServeSettings extends EyeSettings {
  readonly meter: SimulatedMeter;
  readonly tcp?: TcpAddress | undefined;
  /** Path of a pseudo terminal. */
  readonly pty?: string | undefined;
}

export interface SimulatedHead extends AsyncDisposable {
  /** Where it listens; null without TCP. */
  readonly tcpPort: number | null;
}

/** An optical head in front of a simulated meter, at the end of a network, a pseudo terminal, or both. */
export async function serveMeter({ meter, tcp, pty, ...eye }: ServeSettings): Promise<SimulatedHead> {
  const abort = new AbortController();
  const { signal } = abort;
  await using opened = new AsyncDisposableStack();
  const serve = (link: Link) => serveEye(link, meter, eye, signal);
  const server = tcp && opened.use(await listenTcp(tcp, serve, { signal }));
  // Whatever ends it, the terminal itself or our own end, there is nothing left to serve.
  if (pty) void serve(opened.use(await openPty(pty, { signal }))).catch(() => undefined);
  const resources = opened.move();
  return {
    tcpPort: server?.tcpPort ?? null,
    async [Symbol.asyncDispose]() {
      abort.abort();
      await resources.disposeAsync();
    },
  };
}
