import { latin1Bytes } from '@meterbridge/core/codec';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { LineSettings } from '@meterbridge/core/model';
import type { SeenFrame } from '@meterbridge/core/observe';
import { sleep } from '@meterbridge/core/time';
import type { Link } from '@meterbridge/core/transport';
import { isOfTheMeter } from './failure.ts';
import { decodeReadout, findReadout, type Readout } from './protocol/readout.ts';
import { decodeFields } from './protocol/standard-data.ts';
import { hasIdent, joined, withoutParity } from './protocol/text-bytes.ts';

/** Milliseconds of the text protocol (MULTICAL 66-CDE 5511-634, chapter 4, and what MeterLogger found). */
export interface TextTiming {
  /** The data follows the ident at once, or after it was acknowledged. */
  readonly identMs: number;
  readonly readoutMs: number;
  readonly answerMs: number;
  /** A meter that measures, or has much flow, may not hear: it is asked again after this time. */
  readonly retryMs: number;
}

const TEXT_TIMING: TextTiming = { identMs: 1_500, readoutMs: 8_000, answerMs: 4_000, retryMs: 5_000 };

/** Requests need two stop bits; answers come with one, which is all that a receiver looks at. */
const REQUESTS: LineSettings = { baudRate: 300, dataBits: 7, parity: 'even', stopBits: 2 };
const FAST_ANSWERS: LineSettings = { baudRate: 1_200, dataBits: 7, parity: 'even', stopBits: 1 };

const SIGN_ON = latin1Bytes('/?!\r\n');
const ACKNOWLEDGE = latin1Bytes('\x06000\r\n');
const TRIES = 3;
const WRITE_MS = 5_000;
/** Several times as much as a meter sends. */
const LIMIT = 1_024;

export interface TextLineOptions {
  readonly open: (line: LineSettings) => Promise<Link>;
  readonly show: (frame: SeenFrame) => void;
  readonly signal?: AbortSignal | undefined;
  readonly timing?: TextTiming;
}

/** Asks a meter of the generation before KMP. The port is open as long as a question takes. */
export class TextLine {
  readonly #options: TextLineOptions;
  readonly #timing: TextTiming;

  constructor(options: TextLineOptions) {
    this.#options = options;
    this.#timing = options.timing ?? TEXT_TIMING;
  }

  /** @throws BridgeError meter/no-answer, meter/echo-only, frame/truncated, frame/checksum, frame/overlong, link/… */
  readout(): Promise<Readout> {
    return this.#tried(async () => {
      await using link = await this.#options.open(REQUESTS);
      await this.#send(link, SIGN_ON);
      const received = await this.#receiveReadout(link);
      return this.#shown(received, decodeReadout(received), findReadout(received) !== null);
    });
  }

  /**
   * The fields that a request such as `/#1` is answered with, at another speed than it is made.
   * @param first digits of the first field
   * @throws BridgeError as `readout`
   */
  fields(request: string, count: number, first?: number): Promise<readonly string[]> {
    const decode = (bytes: Uint8Array) => decodeFields(bytes, count, first);
    return this.#tried(async () => {
      {
        await using link = await this.#options.open(REQUESTS);
        await this.#send(link, latin1Bytes(`${request}\r`));
      }
      await using link = await this.#options.open(FAST_ANSWERS);
      const isWhole = (bytes: Uint8Array): boolean => decode(bytes) !== null;
      const received = await this.#receive(link, this.#timing.answerMs, isWhole);
      return this.#shown(received, decode(received), false);
    });
  }

  /** The ident may be all that comes until it is acknowledged. */
  async #receiveReadout(link: Link): Promise<Uint8Array> {
    const isWhole = (bytes: Uint8Array): boolean => findReadout(bytes) !== null;
    const { identMs, readoutMs } = this.#timing;
    const isIdent = (bytes: Uint8Array): boolean => isWhole(bytes) || hasIdent(bytes);
    const ident = await this.#receive(link, readoutMs, isIdent);
    if (isWhole(ident) || !hasIdent(ident)) return ident;
    const begun = await this.#receive(link, identMs, (bytes) => bytes.length > 0);
    if (begun.length === 0) await this.#send(link, ACKNOWLEDGE);
    const before = joined(ident, begun);
    const rest = await this.#receive(link, readoutMs, (bytes) => isWhole(joined(before, bytes)));
    return joined(before, rest);
  }

  async #receive(
    link: Link,
    timeoutMs: number,
    isEnough: (bytes: Uint8Array) => boolean,
  ): Promise<Uint8Array> {
    const untilMs = performance.now() + timeoutMs;
    let received: Uint8Array = new Uint8Array(0);
    while (!isEnough(received) && received.length <= LIMIT) {
      const leftMs = untilMs - performance.now();
      const chunk = leftMs > 0 && (await link.read({ timeoutMs: leftMs, signal: this.#options.signal }));
      if (!chunk) break;
      received = joined(received, withoutParity(chunk));
    }
    return received;
  }

  async #send(link: Link, bytes: Uint8Array): Promise<void> {
    link.discard();
    await link.write(bytes, { timeoutMs: WRITE_MS, signal: this.#options.signal });
  }

  #shown<T>(received: Uint8Array, decoded: T | null, isDamaged: boolean): T {
    if (decoded !== null) {
      this.#options.show({ bytes: received, decoded: 'answer' });
      return decoded;
    }
    const error = problemOf(received, isDamaged);
    if (received.length > 0) this.#options.show({ bytes: received, error });
    throw error;
  }

  async #tried<T>(ask: () => Promise<T>): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await ask();
      } catch (thrown) {
        if (tries === TRIES || !isOfTheMeter(toBridgeError(thrown))) throw thrown;
        await sleep(this.#timing.retryMs, this.#options.signal);
      }
    }
  }
}

function problemOf(received: Uint8Array, isDamaged: boolean): BridgeError {
  if (received.length === 0) return new BridgeError('meter/no-answer', 'nothing came back');
  if (isDamaged) return new BridgeError('frame/checksum', 'the read-out has a wrong check character');
  if (received.length > LIMIT) return new BridgeError('frame/overlong', 'the answer does not end');
  const isEcho = received.length <= SIGN_ON.length && received.every((byte, at) => byte === SIGN_ON[at]);
  if (isEcho) return new BridgeError('meter/echo-only', 'only the echo of the question came back');
  return new BridgeError('frame/truncated', `an answer broke off after ${received.length} bytes`);
}
