import {
  decodeMbus,
  FrameSplitter,
  MBUS_LIMIT,
  type MbusFrame,
  type Piece,
  scanMbus,
} from '@meterbridge/core/frames';
import type { Link } from '@meterbridge/core/transport';
import { type Timing, wireMs } from './timing.ts';

/** What came back after a request. */
export interface Answer {
  /** The frame of a meter; null if there was none. */
  readonly frame: MbusFrame | null;
  /** All that arrived, without the echo of the request. */
  readonly bytes: Uint8Array;
  /** Bytes that were part of no frame: noise, or several meters at once. */
  readonly noise: number;
  /** Something had come before the request that nobody waited for any more. */
  readonly wasLate: boolean;
}

/** Frames that belong to what was asked; others are passed over, as they come from elsewhere or too late. */
export type Accept = (frame: MbusFrame) => boolean;

/** A line that goes on babbling is not listened to beyond this. */
const MOST_BYTES = 4 * MBUS_LIMIT;
const WRITE_MS = 5_000;

/**
 * Sends a request and waits for its answer; ends with the last byte of the frame. What arrived before is dropped, and
 * so is the echo that some level converters send: no answer of a meter equals its request.
 * @throws BridgeError link/lost, link/timeout
 */
export async function exchange(
  link: Link,
  request: Uint8Array,
  accept: Accept,
  timing: Timing,
  signal: AbortSignal | undefined,
): Promise<Answer> {
  const wasLate = link.discard();
  const startMs = performance.now();
  await link.write(request, { timeoutMs: WRITE_MS, signal });
  const hearing = new Hearing(request, accept);
  // A serial server takes a request at once; on the line it is on its way for a while.
  const onLineMs = wireMs(request.length, timing.baudRate) - (performance.now() - startMs);
  const answerMs = timing.answerMs + Math.max(0, onLineMs);
  const endMs = performance.now() + answerMs + timing.wholeMs;
  for (;;) {
    const leftMs = Math.max(0, endMs - performance.now());
    const patienceMs = hearing.isPending ? timing.gapMs : answerMs;
    const chunk = await link.read({ timeoutMs: Math.min(patienceMs, leftMs), signal });
    if (chunk) hearing.hear(chunk);
    else hearing.silence();
    const isOver = chunk === null || leftMs === 0 || hearing.count > MOST_BYTES;
    if (hearing.frame || isOver) return { ...hearing.answer(), wasLate };
  }
}

/** After a failure: waits until the line is silent, so that a late answer is not taken for that to the next request. */
export async function quiet(link: Link, timing: Timing, signal: AbortSignal | undefined): Promise<void> {
  const endMs = performance.now() + timing.wholeMs;
  while (performance.now() < endMs) {
    if ((await link.read({ timeoutMs: timing.gapMs, signal })) === null) return;
  }
}

/** Takes in what arrives after one request. */
class Hearing {
  frame: MbusFrame | null = null;
  /** Bytes that arrived. */
  count = 0;
  readonly #splitter = new FrameSplitter(scanMbus, MBUS_LIMIT);
  readonly #chunks: Uint8Array[] = [];
  readonly #request: Uint8Array;
  readonly #accept: Accept;
  /** Bytes of the request that came back so far; once a byte differs, there is no echo. */
  #echoed = 0;
  #mayEcho = true;

  constructor(request: Uint8Array, accept: Accept) {
    this.#request = request;
    this.#accept = accept;
  }

  /** Something other than an echo has begun to arrive. */
  get isPending(): boolean {
    return this.#chunks.length > 0;
  }

  hear(chunk: Uint8Array): void {
    this.count += chunk.length;
    const rest = this.#mayEcho ? this.#withoutEcho(chunk) : chunk;
    if (rest.length === 0) return;
    this.#chunks.push(rest);
    this.#take(this.#splitter.push(rest));
  }

  /** No more comes: what began and did not end is no frame. */
  silence(): void {
    this.#take(this.#splitter.end());
  }

  answer(): Omit<Answer, 'wasLate'> {
    return { frame: this.frame, bytes: Buffer.concat(this.#chunks), noise: this.#splitter.discarded };
  }

  #take(pieces: readonly Piece[]): void {
    for (const { error, bytes } of pieces) {
      if (error || this.frame) continue;
      const frame = decodeMbus(bytes);
      if (this.#accept(frame)) this.frame = frame;
    }
  }

  #withoutEcho(chunk: Uint8Array): Uint8Array {
    const expected = this.#request.subarray(this.#echoed, this.#echoed + chunk.length);
    if (expected.some((byte, at) => byte !== chunk[at])) {
      this.#mayEcho = false;
      // What was taken for the beginning of an echo is that of an answer.
      return Buffer.concat([this.#request.subarray(0, this.#echoed), chunk]);
    }
    this.#echoed += expected.length;
    this.#mayEcho = this.#echoed < this.#request.length;
    return chunk.subarray(expected.length);
  }
}
