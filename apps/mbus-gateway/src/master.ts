import { BridgeError } from '@meterbridge/core/errors';
import { encodeMbus, type MbusFrame, type MbusLong } from '@meterbridge/core/frames';
import { sleep } from '@meterbridge/core/time';
import type { Link } from '@meterbridge/core/transport';
import { type Answer, exchange, quiet } from './exchange.ts';
import { LineSigns } from './line-signs.ts';
import { APPLICATION_BUSY, applicationErrorName } from './protocol/application-error.ts';
import { dataRequest, resetRequest, SELECTED, selectRequest } from './protocol/request.ts';
import type { SecondaryAddress } from './protocol/secondary-address.ts';
import { patientMs, type Timing, type TimingSettings, timingOf } from './timing.ts';

export interface MasterSettings extends TimingSettings {
  readonly signal?: AbortSignal | undefined;
  /** Sees each answer, for whoever looks for a fault. */
  readonly onAnswer?: (answer: Answer) => void;
  /** Of all masters that take turns on the line. */
  readonly signs?: LineSigns;
}

/** First try and two repeats (EN 13757-2, 5.7.3). */
const TRIES = 3;
const BUSY_WAIT_MS = 1_000;
const APPLICATION_ERROR = 0x70;
/** Bit 6 of the control field: sent by a master. */
const FROM_MASTER = 0x40;
const CLASS_2_FIELD = 0x0f;
const RSP_UD = 0x08;
const ACK = 0xe5;

/** The one master of a line: one exchange at a time. */
export class Master {
  readonly timing: Timing;
  readonly signs: LineSigns;
  readonly #settings: MasterSettings;
  readonly #link: Link;
  readonly #signal: AbortSignal | undefined;
  readonly #onAnswer: ((answer: Answer) => void) | undefined;
  /** The frame count bit of each address, as the next request will have it. */
  readonly #bits = new Map<number, boolean>();

  constructor(link: Link, settings: MasterSettings) {
    this.#settings = settings;
    this.signs = settings.signs ?? new LineSigns();
    this.#link = link;
    this.#signal = settings.signal;
    this.#onAnswer = settings.onAnswer;
    this.timing = timingOf(settings);
  }

  /** The same master, who waits much longer for answers. */
  patient(): Master {
    const answerMs = patientMs(this.timing.answerMs);
    return new Master(this.#link, { ...this.#settings, signs: this.signs, answerMs });
  }

  /** SND_NKE. No answer is no proof of absence: some meters answer only when they are asked for data. */
  async reset(a: number, tries = 1): Promise<Answer> {
    this.#bits.set(a, true);
    return await this.send(resetRequest(a), tries);
  }

  /** Selects all meters that a mask means; whoever was selected before is no more. */
  async select(mask: SecondaryAddress, tries = 1): Promise<Answer> {
    this.#bits.set(SELECTED, true);
    return await this.send(selectRequest(mask), tries);
  }

  /** Sends what is acknowledged with E5. A repeat is the same frame. */
  async send(request: Uint8Array, tries = TRIES): Promise<Answer> {
    return await this.#ask(request, ({ type }) => type === 'ack', tries);
  }

  /**
   * The next telegram of a meter. The frame count bit changes with a valid answer only, so that none is lost.
   * @param isAlone nobody else may answer, either
   * @throws BridgeError meter/no-answer, meter/refused, meter/collision, frame/…
   */
  async request(a: number, tries = TRIES, isAlone = false): Promise<MbusLong> {
    const bit = this.#bits.get(a) ?? true;
    for (let attempt = 1; ; attempt++) {
      const answer = await this.#ask(dataRequest(a, bit), (frame) => isDataFrom(a, frame), tries);
      const { frame } = answer;
      if (frame?.type !== 'long' && frame?.type !== 'control') throw failureOf(a, answer);
      if (isAlone && isOfSeveral(answer)) throw collision(a, answer);
      if (frame.ci !== APPLICATION_ERROR) {
        this.#bits.set(a, !bit);
        return frame;
      }
      const code = frame.data[0] ?? 0;
      if (code !== APPLICATION_BUSY || attempt === tries) throw refusal(code);
      await sleep(BUSY_WAIT_MS, this.#signal);
    }
  }

  /** What was taken for the answer to the last request was none: that request is to be repeated. */
  async takeBack(a: number): Promise<void> {
    this.#bits.set(a, !(this.#bits.get(a) ?? true));
    await quiet(this.#link, this.timing, this.#signal);
  }

  async #ask(request: Uint8Array, accept: (frame: MbusFrame) => boolean, tries: number): Promise<Answer> {
    for (let attempt = 1; ; attempt++) {
      const answer = await exchange(this.#link, request, accept, this.timing, this.#signal);
      this.#onAnswer?.(answer);
      if (answer.wasLate || hasAckInFront(answer)) this.signs.heardLate();
      if (answer.frame && (attempt > 1 || answer.noise > 0)) this.signs.lost();
      if (answer.frame) return answer;
      if (answer.bytes.length > 0) await quiet(this.#link, this.timing, this.#signal);
      if (attempt === tries) return answer;
    }
  }
}

/** It may have been for the question before. */
function hasAckInFront({ frame, bytes }: Answer): boolean {
  return frame !== null && frame.type !== 'ack' && bytes[0] === ACK;
}

/** Rubbish in front of an answer is as long as this at most. */
const MOST_RUBBISH = 3;

/** More came than the answer, and some rubbish in front of it: another meter began earlier, or when this one had ended. */
function isOfSeveral({ frame, bytes }: Answer): boolean {
  if (frame === null) return false;
  const inFront = bytes.findIndex((byte) => byte !== ACK);
  const own = encodeMbus(frame);
  const at = Buffer.from(bytes).indexOf(own);
  return at - inFront > MOST_RUBBISH || bytes.length > at + own.length;
}

/** An answer with data from who was asked; behind 253 and 254 it may be anyone. An E5 in front of it is passed over. */
function isDataFrom(a: number, frame: MbusFrame): boolean {
  if (frame.type === 'ack' || frame.type === 'short') return false;
  const isAnswer = (frame.c & FROM_MASTER) === 0 && (frame.c & CLASS_2_FIELD) === RSP_UD;
  return isAnswer && (a >= SELECTED || frame.a === a);
}

/** What to do about a meter that does not answer. */
export const ABSENT = {
  hint: 'Check its address and speed (the scan command finds both), its wires, and the power of the level converter. Battery meters answer a few times per hour only: a longer interval helps.',
};

function failureOf(a: number, { bytes, noise }: Answer): BridgeError {
  const who = a === SELECTED ? 'the selected meter' : `the meter at address ${a}`;
  if (bytes.length === 0) return new BridgeError('meter/no-answer', `${who} does not answer`, ABSENT);
  const facts = { bytes: Buffer.from(bytes).toString('hex') };
  if (bytes.length === 1 && noise === 0)
    return new BridgeError('meter/no-answer', `${who} has no data to tell`, { ...ABSENT, facts });
  if (noise === 0)
    return new BridgeError('meter/other-answer', `another meter answered than ${who}`, { facts });
  return new BridgeError('meter/collision', `what arrived from ${who} is no frame`, { facts });
}

function collision(a: number, { bytes }: Answer): BridgeError {
  return new BridgeError('meter/collision', `several meters answered one after the other at address ${a}`, {
    facts: { bytes: Buffer.from(bytes).toString('hex') },
  });
}

function refusal(code: number): BridgeError {
  const reason = applicationErrorName(code).replaceAll('_', ' ');
  return new BridgeError('meter/refused', `the meter answers with application error ${code}: ${reason}`);
}
