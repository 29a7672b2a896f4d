import { seededRandom } from '@meterbridge/core/codec';
import { FrameSplitter, MBUS_LIMIT, scanMbus } from '@meterbridge/core/frames';
import { sleep } from '@meterbridge/core/time';
import { type Link, listenTcp, openPty } from '@meterbridge/core/transport';
import { standardAnswerMs, wireMs } from '../timing.ts';
import { answerOf } from './bus.ts';
import { type Delivery, type Fault, faultyDelivery } from './faults.ts';
import type { Slave } from './slave.ts';

export interface LineSettings {
  readonly slaves: readonly Slave[];
  /** The level converter sends back what it is given. */
  readonly echo?: boolean;
  /** Take the time that bytes take at this speed; meters begin to answer halfway through the time they have. */
  readonly realTimeBaud?: number | undefined;
  readonly faults?: readonly Fault[];
  readonly seed?: number;
}

export interface ServeSettings extends LineSettings {
  readonly tcp?: { readonly host: string; readonly tcpPort: number } | undefined;
  /** Path of a pseudo terminal. */
  readonly pty?: string | undefined;
}

export interface SimulatedLine extends AsyncDisposable {
  /** Where it listens; null without TCP. */
  readonly tcpPort: number | null;
  /** Resolves when it is closed; rejects if the terminal fails. */
  readonly ended: Promise<void>;
}

/** A line with its level converter, that a master may connect to. */
export async function serveLine(settings: ServeSettings): Promise<SimulatedLine> {
  const abort = new AbortController();
  const { signal } = abort;
  await using opened = new AsyncDisposableStack();
  const server =
    settings.tcp &&
    opened.use(await listenTcp(settings.tcp, (link) => runLine(link, settings, signal), { signal }));
  const terminal = settings.pty && opened.use(await openPty(settings.pty, { signal }));
  const ended = terminal ? untilStopped(runLine(terminal, settings, signal), signal) : stopped(signal);
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

const FOREVER_MS = 60_000;
const WRITE_MS = 60_000;

/** Answers what a master asks on this link, until it goes away. @throws BridgeError link/lost */
export async function runLine(link: Link, settings: LineSettings, signal?: AbortSignal): Promise<void> {
  const splitter = new FrameSplitter(scanMbus, MBUS_LIMIT);
  const deliver = faultyDelivery(settings.faults ?? [], seededRandom(settings.seed ?? 1));
  for (;;) {
    const chunk = await link.read({ timeoutMs: FOREVER_MS, signal });
    if (!chunk) continue;
    if (settings.echo) await link.write(chunk, { timeoutMs: WRITE_MS, signal });
    for (const { error, bytes } of splitter.push(chunk)) {
      const answer = error ? null : answerOf(settings.slaves, bytes);
      if (answer) await send(link, bytes, deliver(answer), settings.realTimeBaud, signal);
    }
  }
}

async function send(
  link: Link,
  request: Uint8Array,
  { bytes, delayMs }: Delivery,
  baudRate: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  const paceMs = baudRate
    ? wireMs(request.length + bytes.length, baudRate) + standardAnswerMs(baudRate) / 2
    : 0;
  if (paceMs + delayMs > 0) await sleep(paceMs + delayMs, signal);
  await link.write(bytes, { timeoutMs: WRITE_MS, signal });
}
