import { type Answer, type Command, decodeAnswer, setInterval } from './command.ts';
import { heardMeter } from './heard-meter.ts';
import type { Level } from './measurements.ts';
import { Recent } from './recent.ts';
import { type MeterSettings, uploadSecondsOf } from './settings.ts';
import { COMMAND_CODES } from './upload-interval.ts';

export interface ConfigFlowSettings {
  readonly mainTopic: string;
  /** Command topics are this and the address of the meter. */
  readonly commandPrefix: string;
  readonly ackTimeoutMs: number;
  /** A meter that was silent is tried again when it is heard next; if in vain, after this time, doubled with each try. */
  readonly retryAfterMs: number;
  readonly meters: MeterSettings;
}

export type Outcome = 'ack' | 'timeout' | 'rejected' | 'late-ack' | 'ack-mismatch' | 'malformed-ack';
export type Severity = 'info' | 'warn' | 'error' | 'alert';

/** What happened to a command. */
export interface FlowEvent {
  readonly outcome: Outcome;
  readonly severity: Severity;
  /** null: not known whose. */
  readonly meter: string | null;
  /** `0000` seconds, `0001` minutes. */
  readonly command: string | null;
  /** What the meter said, if it said something. */
  readonly message: string | null;
}

/** What is to be done. */
export interface FlowActions {
  /**
   * To the internal broker, QoS 1, not retained.
   * @param onSent to be called when the broker has it: before that, the time of the meter does not run
   */
  publish(command: Command, onSent: (nowMs: number) => void): void;
  tell(event: FlowEvent): void;
  /** What must be known again after a restart; null: the meter is forgotten. */
  keep(id: string, known: KnownMeter | null): void;
}

export interface KnownMeter {
  /** The intervals that were sent last. */
  readonly seconds: number;
  readonly minutes: number;
  /** What is still to be sent, or was sent without an answer until now. */
  readonly open: readonly Level[];
  /** What was sent in vain. */
  readonly silent: readonly Level[];
}

/** A meter and what is to be sent to it, one command at a time. */
interface Meter {
  readonly id: string;
  /** Under way: its answer is awaited. */
  pending: Pending | null;
  /** To be sent, in order. */
  queue: Level[];
  /** Sent in vain. */
  silent: Level[];
  /** When what was sent in vain may be sent again. */
  retryAtMs: number;
  /** How long to wait when that is in vain, too; 0 while nothing was. */
  retryWaitMs: number;
}

interface Pending {
  readonly meter: Meter;
  readonly oprid: string;
  readonly level: Level;
  /** 0 until the broker has it. */
  sentMs: number;
}

const BOTH: readonly Level[] = ['seconds', 'minutes'];
/** Ids come from the network. Beyond this, the meters that were found first are forgotten. */
const MAX_METERS = 100_000;
/** Commands whose answer may still come, too late. */
const MAX_LATE = 10_000;
const MAX_RETRY_MS = 3_600_000;
/** Characters of an answer that cannot be read. */
const MOST_SHOWN = 200;

/**
 * Sends the upload intervals to each meter that is heard, and watches for the answers; meters do not wait for each
 * other. It has no clock: who calls it says what time it is, in milliseconds of a clock that never runs backwards.
 */
export class ConfigFlow {
  #settings: ConfigFlowSettings;
  readonly #newOprid: () => string;
  readonly #actions: FlowActions;
  readonly #meters = new Map<string, Meter>();
  /** Commands under way by `oprid`. */
  readonly #pending = new Map<string, Pending>();
  /** Those that the broker has; the oldest first. */
  readonly #sent = new Set<Pending>();
  readonly #late = new Recent<Pending>(MAX_LATE);
  #isOnline = false;

  /** @param newOprid 32 lower-case hexadecimal digits, others each time */
  constructor(settings: ConfigFlowSettings, newOprid: () => string, actions: FlowActions) {
    this.#settings = settings;
    this.#newOprid = newOprid;
    this.#actions = actions;
  }

  /** Meters that are known, and how many commands wait for an answer. */
  get size(): { readonly meters: number; readonly pending: number } {
    return { meters: this.#meters.size, pending: this.#pending.size };
  }

  /** Meters that did not answer, also while they are tried again. */
  *silentMeters(): Generator<string> {
    for (const { id, silent, retryWaitMs } of this.#meters.values())
      if (silent.length > 0 || retryWaitMs > 0) yield id;
  }

  /** A meter of an earlier run. It gets what that left open, and what holds now instead; if it was silent, when heard. */
  restore(id: string, known: KnownMeter): void {
    // Should it not be excluded any more some day, it is new: nobody knows what it was told meanwhile.
    if (this.#settings.meters.excluded.has(id)) {
      this.#actions.keep(id, null);
      return;
    }
    const meter = this.#add(id);
    const { seconds, minutes } = this.#intervals(id);
    const isSame = seconds === known.seconds && minutes === known.minutes;
    meter.queue = isSame ? [...known.open] : [...BOTH];
    meter.silent = isSame ? [...known.silent] : [];
  }

  /** @param text of a message from the central broker; null if it is no UTF-8 */
  heard(topic: string, text: string | null, nowMs: number): void {
    const id = heardMeter(this.#settings.mainTopic, topic, text);
    if (id === null || this.#settings.meters.excluded.has(id)) return;
    const known = this.#meters.get(id);
    const meter = known ?? this.#add(id);
    if (!known) meter.queue = [...BOTH];
    else if (isIdle(known) && known.silent.length > 0 && nowMs >= known.retryAtMs) {
      known.queue = known.silent;
      known.silent = [];
    } else return;
    this.#keep(meter);
    this.#sendNext(meter);
  }

  /** @param text of a message from the internal broker on the topic of answers; null if it is no UTF-8 */
  answered(text: string | null): void {
    const answer = decodeAnswer(text);
    const pending = answer && this.#pending.get(answer.oprid);
    if (!answer) this.#tell('malformed-ack', 'error', null, text?.slice(0, MOST_SHOWN) ?? null);
    else if (!pending) this.#answeredLate(answer);
    else if (answer.id !== undefined && answer.id !== pending.meter.id)
      this.#tell('ack-mismatch', 'warn', pending, answer.message);
    else {
      if (answer.isSuccess) this.#tell('ack', 'info', pending, answer.message);
      else this.#tell('rejected', 'alert', pending, answer.message);
      this.#settled(pending);
    }
  }

  /** To be called at `dueMs`, or later. */
  tick(nowMs: number): void {
    for (const pending of this.#sent) {
      if (this.#dueMs(pending) > nowMs) return;
      const { meter, level, oprid } = pending;
      this.#tell('timeout', 'alert', pending, null);
      this.#late.set(oprid, pending);
      // It was not in vain if it is to be sent once more anyway, as a new configuration wants it.
      if (![...meter.queue, ...meter.silent].includes(level)) meter.silent.push(level);
      meter.retryAtMs = nowMs + meter.retryWaitMs;
      this.#settled(pending);
    }
  }

  /** When the next command runs out of time; null while none is under way. */
  get dueMs(): number | null {
    const oldest = this.#sent.values().next().value;
    return oldest ? this.#dueMs(oldest) : null;
  }

  /** The internal broker can be reached. */
  online(): void {
    this.#isOnline = true;
    for (const meter of this.#meters.values()) this.#sendNext(meter);
  }

  /** It cannot any more: what was under way is sent again later, as its answer may be lost. */
  offline(): void {
    this.#isOnline = false;
    for (const { meter, level } of this.#pending.values()) {
      meter.pending = null;
      // A new configuration may have put it there already.
      if (!meter.queue.includes(level)) meter.queue.unshift(level);
    }
    this.#pending.clear();
    this.#sent.clear();
  }

  /** The configuration was read anew: every known meter counts as found just now, those that are excluded are forgotten. */
  reconfigure(settings: ConfigFlowSettings): void {
    this.#settings = settings;
    for (const meter of this.#meters.values()) {
      if (settings.meters.excluded.has(meter.id)) {
        this.#forget(meter);
        continue;
      }
      meter.queue = [...BOTH];
      meter.silent = [];
      meter.retryWaitMs = 0;
      this.#keep(meter);
      this.#sendNext(meter);
    }
  }

  #answeredLate({ oprid, message }: Answer): void {
    const late = this.#late.get(oprid);
    this.#late.delete(oprid);
    if (late) this.#tell('late-ack', 'warn', late, message);
  }

  #add(id: string): Meter {
    const [oldest] = this.#meters.values();
    if (oldest && this.#meters.size >= MAX_METERS) this.#forget(oldest);
    const meter: Meter = { id, pending: null, queue: [], silent: [], retryAtMs: 0, retryWaitMs: 0 };
    this.#meters.set(id, meter);
    return meter;
  }

  #forget(meter: Meter): void {
    if (meter.pending) this.#end(meter.pending);
    this.#meters.delete(meter.id);
    this.#actions.keep(meter.id, null);
  }

  #sendNext(meter: Meter): void {
    if (!this.#isOnline || meter.pending) return;
    const level = meter.queue.shift();
    if (level === undefined) return;
    const oprid = this.#newOprid();
    const pending: Pending = { meter, oprid, level, sentMs: 0 };
    meter.pending = pending;
    this.#pending.set(oprid, pending);
    const value = this.#intervals(meter.id)[level];
    const command = setInterval(this.#settings.commandPrefix, meter.id, oprid, level, value);
    this.#actions.publish(command, (nowMs) => this.#runs(pending, nowMs));
  }

  #runs(pending: Pending, nowMs: number): void {
    // The answer may be here first; and what was under way on a connection that broke is sent anew.
    if (!this.#pending.has(pending.oprid)) return;
    pending.sentMs = nowMs;
    this.#sent.add(pending);
  }

  /** A command was answered, or never will be. */
  #settled(pending: Pending): void {
    const { meter } = pending;
    this.#end(pending);
    if (isIdle(meter)) {
      const wait = Math.max(this.#settings.retryAfterMs, 2 * meter.retryWaitMs);
      meter.retryWaitMs = meter.silent.length > 0 ? Math.min(wait, MAX_RETRY_MS) : 0;
    }
    this.#keep(meter);
    this.#sendNext(meter);
  }

  #end(pending: Pending): void {
    this.#pending.delete(pending.oprid);
    this.#sent.delete(pending);
    pending.meter.pending = null;
  }

  #keep({ id, pending, queue, silent }: Meter): void {
    const open = BOTH.filter((level) => pending?.level === level || queue.includes(level));
    this.#actions.keep(id, { ...this.#intervals(id), open, silent: [...silent] });
  }

  #intervals(id: string): Readonly<Record<Level, number>> {
    const { meters } = this.#settings;
    return { seconds: uploadSecondsOf(meters, id), minutes: meters.uploadMinutes };
  }

  #dueMs({ sentMs }: Pending): number {
    return sentMs + this.#settings.ackTimeoutMs;
  }

  #tell(outcome: Outcome, severity: Severity, about: Pending | null, message: string | null): void {
    const command = about && COMMAND_CODES[about.level];
    this.#actions.tell({ outcome, severity, meter: about?.meter.id ?? null, command, message });
  }
}

function isIdle({ pending, queue }: Meter): boolean {
  return pending === null && queue.length === 0;
}
