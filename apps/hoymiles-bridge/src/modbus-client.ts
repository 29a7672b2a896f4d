import { BridgeError, type ErrorCode, toBridgeError } from '@meterbridge/core/errors';
import {
  decodeMbap,
  decodeRtu,
  encodeMbap,
  encodeRtu,
  FrameSplitter,
  rtuScanner,
  scanMbap,
} from '@meterbridge/core/frames';
import type { SeenFrame } from '@meterbridge/core/observe';
import { sleep } from '@meterbridge/core/time';
import type { Link } from '@meterbridge/core/transport';
import { answerData, answerLength, readRequest } from './protocol/pdu.ts';
import { silence } from './silence.ts';

/** Largest frame of either framing. */
const LIMIT = 260;

const ATTEMPTS = 3;
/** A broken frame on TCP is worth a new connection; one that was cut, or a bit that flips on RS485, is not. */
const WORTH_ANOTHER: ReadonlySet<ErrorCode> = new Set([
  'meter/no-answer',
  'frame/checksum',
  'frame/truncated',
]);

/** Exception of a DTU that has something else to do at the moment. */
const BUSY = 6;

export interface ModbusSettings {
  readonly framing: 'tcp' | 'rtu-over-tcp';
  readonly unit: number;
  readonly timeoutMs: number;
  /** DTUs lock up when requests come without a pause. */
  readonly pauseMs: number;
}

export const MODBUS_TIMING = { timeoutMs: 3_000, pauseMs: 100 } as const;

/** Asks a DTU over one connection, one request at a time. */
export class ModbusClient {
  readonly #link: Link;
  readonly #settings: ModbusSettings;
  readonly #signal: AbortSignal;
  readonly #seen: (frame: SeenFrame) => void;
  #transaction = 0;
  #answeredMs = Number.NEGATIVE_INFINITY;

  constructor(link: Link, settings: ModbusSettings, signal: AbortSignal, seen: (frame: SeenFrame) => void) {
    this.#link = link;
    this.#settings = settings;
    this.#signal = signal;
    this.#seen = seen;
  }

  /** @throws BridgeError meter/no-answer, meter/refused, meter/not-ready, frame/…, link/… */
  async read(address: number, quantity: number): Promise<Uint8Array> {
    return await this.ask(readRequest(address, quantity));
  }

  /** The data that answers a request; see {@link read}. What was lost on the way is asked for again. */
  async ask(request: Uint8Array): Promise<Uint8Array> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await this.#askOnce(request);
      } catch (thrown) {
        if (attempt === ATTEMPTS || !isWorthAnother(toBridgeError(thrown))) throw thrown;
      }
    }
  }

  async #askOnce(request: Uint8Array): Promise<Uint8Array> {
    const waitMs = this.#answeredMs + this.#settings.pauseMs - performance.now();
    if (waitMs > 0) await sleep(waitMs, this.#signal);
    try {
      return answerData(request, await this.#exchange(request));
    } finally {
      this.#answeredMs = performance.now();
    }
  }

  async #exchange(request: Uint8Array): Promise<Uint8Array> {
    const { framing, unit, timeoutMs } = this.#settings;
    this.#transaction = (this.#transaction + 1) & 0xffff;
    const transaction = this.#transaction;
    this.#link.discard();
    const isTcp = framing === 'tcp';
    const bytes = isTcp
      ? encodeMbap({ transaction, unit, pdu: request })
      : encodeRtu({ address: unit, pdu: request });
    const deadline = performance.now() + timeoutMs;
    await this.#link.write(bytes, { timeoutMs, signal: this.#signal });
    const splitter = new FrameSplitter(isTcp ? scanMbap : rtuScanner(() => answerLength(request)), LIMIT);
    for (;;) {
      const leftMs = Math.max(0, deadline - performance.now());
      const chunk = leftMs > 0 ? await this.#link.read({ timeoutMs: leftMs, signal: this.#signal }) : null;
      for (const { error, bytes: found } of chunk ? splitter.push(chunk) : splitter.end()) {
        if (error) throw this.#failure(new BridgeError(error, `${found.length} bytes are no answer`), found);
        const answer = isTcp ? answerTo(transaction, found) : answerOf(unit, found);
        if (answer) return this.#shown(found, answer);
      }
      if (!chunk) throw silence(timeoutMs);
    }
  }

  #shown(bytes: Uint8Array, answer: Uint8Array): Uint8Array {
    this.#seen({ bytes, decoded: `Modbus answer of ${answer.length} bytes` });
    return answer;
  }

  #failure(error: BridgeError, bytes: Uint8Array): BridgeError {
    this.#seen({ bytes, error });
    return error;
  }
}

/** Answers to requests that were given up come late; what they say is old. Gateways answer with a unit id of their own. */
function answerTo(wanted: number, bytes: Uint8Array): Uint8Array | null {
  const { transaction, pdu } = decodeMbap(bytes);
  return transaction === wanted ? pdu : null;
}

/** On RS485 others may talk as well. */
function answerOf(unit: number, bytes: Uint8Array): Uint8Array | null {
  const { address, pdu } = decodeRtu(bytes);
  return address === unit ? pdu : null;
}

function isWorthAnother({ code, facts }: BridgeError): boolean {
  return WORTH_ANOTHER.has(code) || facts.exception === BUSY;
}
