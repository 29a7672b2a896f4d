import type { BridgeError } from '@meterbridge/core/errors';
import { encodeKmp, type KmpFrame } from '@meterbridge/core/frames';
import { sleep } from '@meterbridge/core/time';
import type { Link } from '@meterbridge/core/transport';
import { Hearing, type ShowFrame } from './hearing.ts';
import type { Answer } from './protocol/answer.ts';

/** Milliseconds of an exchange (KMP description 5512-447, 2.1). */
export interface ExchangeTiming {
  /** The meter begins its answer within this time; what comes to it earlier after a failure is not heard. */
  readonly answerMs: number;
  /** Bytes of one frame follow each other more closely than this. */
  readonly gapMs: number;
  /** Quiet on the line before a request. */
  readonly restMs: number;
  /** One byte on the line. */
  readonly byteMs: number;
  /** What a network in between may add. */
  readonly marginMs: number;
}

/** How often a meter is asked the same, in all. */
const TRIES = 3;
/** Hands over a request: nothing but a port or a network that hangs takes so long. */
const WRITE_MS = 5_000;

/** Asks a meter one thing at a time. */
export class Exchange {
  readonly #link: Link;
  readonly #timing: ExchangeTiming;
  readonly #signal: AbortSignal | undefined;
  readonly #show: ShowFrame;
  /** The meter does not hear a request before. */
  #readyMs = 0;

  /** @param show is told of each frame that comes in */
  constructor(
    link: Link,
    timing: ExchangeTiming,
    show: ShowFrame = () => undefined,
    signal?: AbortSignal | undefined,
  ) {
    this.#link = link;
    this.#timing = timing;
    this.#show = show;
    this.#signal = signal;
  }

  /**
   * The answer to a request, which is made up to three times.
   * @param longest bytes that an answer may have
   * @throws BridgeError meter/no-answer, meter/echo-only, meter/other-answer, meter/unintelligible, frame/checksum,
   *   frame/truncated, frame/malformed: what became of the last try; link/…
   */
  async ask(request: KmpFrame, longest: number): Promise<Answer> {
    for (let tries = 1; ; tries++) {
      const outcome = await this.#try(request, longest);
      if ('answer' in outcome) return outcome.answer;
      if (tries === TRIES) throw outcome.error;
    }
  }

  async #try(request: KmpFrame, longest: number): Promise<{ answer: Answer } | { error: BridgeError }> {
    const { answerMs, restMs, byteMs, marginMs } = this.#timing;
    const waitMs = this.#readyMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, this.#signal);
    this.#link.discard();
    const wire = encodeKmp(request);
    // In one piece: the meter gives up on a request with a gap in it.
    await this.#link.write(wire, { timeoutMs: WRITE_MS, signal: this.#signal });
    const sentMs = performance.now();
    const hearing = new Hearing(request, this.#show);
    // The request may be on its way only now, in a buffer of the adapter or behind a network.
    const limitMs = sentMs + answerMs + (wire.length + longest) * byteMs + marginMs;
    const answer = await this.#listen(hearing, limitMs);
    this.#readyMs = answer ? performance.now() + restMs : sentMs + wire.length * byteMs + answerMs;
    return answer ? { answer } : { error: hearing.problem() };
  }

  async #listen(hearing: Hearing, limitMs: number): Promise<Answer | null> {
    for (;;) {
      const leftMs = limitMs - performance.now();
      if (leftMs <= 0) return hearing.end();
      const isUnderWay = hearing.isFramePending || hearing.isDamaged;
      const timeoutMs = isUnderWay ? Math.min(leftMs, this.#timing.gapMs) : leftMs;
      const chunk = await this.#link.read({ timeoutMs, signal: this.#signal });
      const answer = chunk ? hearing.push(chunk) : hearing.end();
      if (answer) return answer;
      // An answer that broke off, or was damaged, is not sent again; one that has not begun may still come.
      if (!chunk && hearing.isDamaged) return null;
    }
  }
}
