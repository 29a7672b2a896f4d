import { FrameSplitter, KMP_LIMIT, scanKmp } from '@meterbridge/core/frames';
import { sleep } from '@meterbridge/core/time';
import type { Link } from '@meterbridge/core/transport';
import type { FaultyHead } from './faults.ts';
import type { SimulatedMeter } from './meter.ts';

/** 8 data bits, start and two stop bits at 1200 baud. */
export const BYTE_MS = (1000 * 11) / 1200;

export interface EyeSettings {
  /** Bytes take the time that they take at 1200 baud. */
  readonly isRealtime: boolean;
  /** The head sees its own light: what is sent comes back. */
  readonly hasEcho: boolean;
  /** From the last byte of a request to the first of its answer. */
  readonly latencyMs: number;
  readonly head: FaultyHead;
  /** Told of each byte count that passes, for whoever counts. */
  readonly onTraffic?: (direction: 'request' | 'answer', bytes: number) => void;
}

/** Lets a meter answer through one link until that is gone. */
export async function serveEye(
  link: Link,
  meter: SimulatedMeter,
  settings: EyeSettings,
  signal: AbortSignal,
): Promise<void> {
  const { isRealtime, hasEcho, latencyMs, head, onTraffic } = settings;
  const splitter = new FrameSplitter(scanKmp, KMP_LIMIT);
  for (;;) {
    const chunk = await link.read({ timeoutMs: 60_000, signal });
    if (chunk === null) continue;
    const startMs = performance.now();
    if (hasEcho) await send(link, chunk, startMs, isRealtime, signal);
    else if (isRealtime) await sleepUntil(startMs + chunk.length * BYTE_MS, signal);
    for (const { error, bytes } of splitter.push(chunk)) {
      const answer = error ? null : meter.answer(bytes, Date.now());
      onTraffic?.('request', bytes.length);
      const passage = answer && head.pass(answer);
      if (!passage) continue;
      if (latencyMs + passage.delayMs > 0) await sleep(latencyMs + passage.delayMs, signal);
      onTraffic?.('answer', passage.bytes.length);
      await send(link, passage.bytes, performance.now(), isRealtime, signal);
    }
  }
}

/** Each byte when it would be there, never earlier: a timer that fires late makes the next ones come together. */
async function send(
  link: Link,
  bytes: Uint8Array,
  startMs: number,
  isRealtime: boolean,
  signal: AbortSignal,
): Promise<void> {
  for (let sent = 0; sent < bytes.length; ) {
    let ready = bytes.length;
    if (isRealtime) {
      await sleepUntil(startMs + (sent + 1) * BYTE_MS, signal);
      ready = Math.min(bytes.length, Math.floor((performance.now() - startMs) / BYTE_MS));
    }
    if (ready === sent) continue;
    await link.write(bytes.slice(sent, ready), { timeoutMs: 5_000, signal });
    sent = ready;
  }
}

async function sleepUntil(ms: number, signal: AbortSignal): Promise<void> {
  const leftMs = ms - performance.now();
  // Timers count whole milliseconds, and may fire a part of one early.
  if (leftMs > 0) await sleep(Math.ceil(leftMs), signal);
}
