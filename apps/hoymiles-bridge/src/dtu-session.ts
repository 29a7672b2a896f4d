import { BridgeError } from '@meterbridge/core/errors';
import {
  decodeHm,
  encodeHm,
  FrameSplitter,
  HM_MAX_LENGTH,
  type HmFrame,
  hmScanner,
} from '@meterbridge/core/frames';
import type { SeenFrame } from '@meterbridge/core/observe';
import { sleep } from '@meterbridge/core/time';
import type { Link } from '@meterbridge/core/transport';
import { openFrame, sealFrame } from './encryption.ts';
import { answerTo, mayBeSealed, REQUEST } from './protocol/commands.ts';
import type { SessionKey } from './session-key.ts';
import { silence } from './silence.ts';

export const DTU_TIMING = { timeoutMs: 10_000, pauseMs: 500 } as const;

const HEADER_BYTES = 10;
/** Answers without keys and passwords. */
const HARMLESS: ReadonlySet<number> = new Set(
  [
    REQUEST.heartbeat,
    REQUEST.warnings,
    REQUEST.command,
    REQUEST.commandStatus,
    REQUEST.realDataNew,
    REQUEST.cloudCommand,
  ].map(answerTo),
);

export interface DtuSettings {
  readonly timeoutMs: number;
  /** Between an answer and the next request. */
  readonly pauseMs: number;
}

/** Asks a DTU over one connection, one request at a time. */
export class DtuSession {
  readonly #link: Link;
  readonly #settings: DtuSettings;
  readonly #key: SessionKey;
  readonly #signal: AbortSignal;
  readonly #seen: (frame: SeenFrame) => void;
  readonly #splitter: FrameSplitter;
  #answeredMs = Number.NEGATIVE_INFINITY;

  constructor(
    link: Link,
    settings: DtuSettings,
    key: SessionKey,
    { signal, seen }: { readonly signal: AbortSignal; readonly seen: (frame: SeenFrame) => void },
  ) {
    this.#link = link;
    this.#settings = settings;
    this.#key = key;
    this.#signal = signal;
    this.#seen = seen;
    const isSealed = (command: number): boolean => key.encRand !== null && mayBeSealed(command);
    this.#splitter = new FrameSplitter(hmScanner(isSealed), 2 * HM_MAX_LENGTH);
  }

  /**
   * The payload that answers a request. Frames that answer nothing (heartbeats, what came late) are dropped.
   * @throws BridgeError meter/no-answer, meter/key-spent, frame/authentication, link/…
   */
  async ask(command: number, payload: Uint8Array): Promise<Uint8Array> {
    const { timeoutMs, pauseMs } = this.#settings;
    const waitMs = this.#answeredMs + pauseMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, this.#signal);
    const sequence = this.#key.next();
    const deadline = performance.now() + timeoutMs;
    await this.#link.write(this.#encode(command, sequence, payload), { timeoutMs, signal: this.#signal });
    try {
      return await this.#answer(answerTo(command), sequence, deadline);
    } finally {
      this.#answeredMs = performance.now();
    }
  }

  #encode(command: number, sequence: number, payload: Uint8Array): Uint8Array {
    const frame: HmFrame = { command, sequence, extended: null, payload, tag: null };
    const { encRand } = this.#key;
    return encodeHm(encRand && mayBeSealed(command) ? sealFrame(frame, encRand) : frame);
  }

  async #answer(command: number, sequence: number, deadline: number): Promise<Uint8Array> {
    for (;;) {
      const timeoutMs = Math.max(0, deadline - performance.now());
      const chunk = timeoutMs > 0 ? await this.#link.read({ timeoutMs, signal: this.#signal }) : null;
      if (!chunk) throw silence(this.#settings.timeoutMs);
      for (const { error, bytes } of this.#splitter.push(chunk)) {
        const frame = this.#frame(
          bytes,
          error && new BridgeError(error, `${bytes.length} bytes are no frame`),
        );
        if (frame?.command === command && frame.sequence === sequence) return frame.payload;
      }
    }
  }

  /** The frame in clear, or null if its bytes are damaged: then the time-out decides. */
  #frame(bytes: Uint8Array, error: BridgeError | null): HmFrame | null {
    try {
      if (error) throw error;
      const frame = decodeHm(bytes);
      const { encRand } = this.#key;
      const plain = frame.tag && encRand ? openFrame(frame, encRand) : frame;
      const decoded = `command ${frame.command.toString(16)}, ${plain.payload.length} bytes`;
      this.#seen({ bytes: withoutSecrets(bytes), decoded });
      return plain;
    } catch (thrown) {
      if (!(thrown instanceof BridgeError)) throw thrown;
      // What is damaged may be anything, whatever its header says.
      this.#seen({ bytes: headerOf(bytes), error: thrown });
      if (thrown.code === 'frame/authentication') throw thrown;
      return null;
    }
  }
}

/** Others hold the key of the session, or passwords of networks: nobody is shown more than their header. */
function withoutSecrets(bytes: Uint8Array): Uint8Array {
  const command = (bytes[2]! << 8) | bytes[3]!;
  return HARMLESS.has(command) ? bytes : headerOf(bytes);
}

/** Nothing of bytes that may be the middle of a frame. */
function headerOf(bytes: Uint8Array): Uint8Array {
  return bytes.subarray(0, bytes[0] === 0x48 && bytes[1] === 0x4d ? HEADER_BYTES : 0);
}
