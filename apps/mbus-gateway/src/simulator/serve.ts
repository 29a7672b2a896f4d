import { seededRandom } from '@meterbridge/core/codec';
import { FrameSplitter, MBUS_LIMIT, scanMbus } from '@meterbridge/core/frames';
import { sleep } from '@meterbridge/core/time';
import { type Link, type Places, type ServedLinks, serveLinks } from '@meterbridge/core/transport';
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

export interface ServeSettings extends LineSettings, Places {}

/** A line with its level converter, that a master may connect to. */
export function serveLine(settings: ServeSettings): Promise<ServedLinks> {
  return serveLinks(settings, (link, signal) => runLine(link, settings, signal));
}

const FOREVER_MS = 60_000;
const WRITE_MS = 60_000;
/** In real time, bytes of an answer come together that are sent within this time. */
const TOGETHER_MS = 20;

/** Answers what a master asks on this link, until it goes away. @throws BridgeError link/lost */
export async function runLine(link: Link, settings: LineSettings, signal?: AbortSignal): Promise<void> {
  const splitter = new FrameSplitter(scanMbus, MBUS_LIMIT);
  const { slaves } = settings;
  const deliver = faultyDelivery(settings.faults ?? [], seededRandom(settings.seed ?? 1), (random) =>
    slaves[Math.floor(slaves.length * random)]!.currentTelegram(),
  );
  for (;;) {
    const chunk = await link.read({ timeoutMs: FOREVER_MS, signal });
    if (!chunk) continue;
    if (settings.echo) await link.write(chunk, { timeoutMs: WRITE_MS, signal });
    for (const { error, bytes } of splitter.push(chunk)) {
      const answer = error ? null : answerOf(slaves, bytes);
      if (answer) await send(link, bytes, deliver(answer), settings.realTimeBaud, signal);
    }
  }
}

async function send(
  link: Link,
  request: Uint8Array,
  { bytes, delayMs, babble }: Delivery,
  baudRate: number | undefined,
  signal: AbortSignal | undefined,
): Promise<void> {
  if (delayMs > 0) await sleep(delayMs, signal);
  if (baudRate) await sendInTime(link, request, bytes, baudRate, signal);
  else await link.write(bytes, { timeoutMs: WRITE_MS, signal });
  if (babble.length > 0) await link.write(babble, { timeoutMs: WRITE_MS, signal });
}

/** As the bytes come at this speed: a master does not wait for the last one to hear the first. */
async function sendInTime(
  link: Link,
  request: Uint8Array,
  bytes: Uint8Array,
  baudRate: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const beginMs = performance.now() + wireMs(request.length, baudRate) + standardAnswerMs(baudRate) / 2;
  const together = Math.ceil(TOGETHER_MS / wireMs(1, baudRate));
  for (let at = 0; at < bytes.length; at += together) {
    const some = bytes.subarray(at, at + together);
    const dueMs = beginMs + wireMs(at + some.length, baudRate);
    await sleep(Math.max(0, dueMs - performance.now()), signal);
    await link.write(some, { timeoutMs: WRITE_MS, signal });
  }
}
