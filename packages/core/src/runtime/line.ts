import { isDeepStrictEqual } from 'node:util';
import { BridgeError } from '../errors/index.ts';
import { type Meter, POLL_INTERVAL, type Reading } from '../model/index.ts';
import { FrameLog, type Logger, type SeenFrame } from '../observe/index.ts';
import type { StateSpace } from '../store/index.ts';
import { openLink } from '../transport/index.ts';
import { lineWait } from './backoff.ts';
import { Breaker, type BreakerSettings, type Failure } from './breaker.ts';
import { Poll, type PolledEntry } from './poll.ts';
import { pollIntervalOf } from './poll-interval.ts';
import { OncePerMinute } from './quiet.ts';
import type { Entry, MeterCommand, Source, SourceContext } from './source.ts';
import { supervise } from './supervise.ts';

const OPEN_TIMEOUT_MS = 10_000;

export interface LineEvents {
  onReading(reading: Reading): void;
  /** The line, or one that is asked on it, failed so often in a row that its meters are to be taken for gone. */
  onGivenUp(meters: readonly Meter[]): void;
  /** One that is asked on the line was asked, whatever came of it; or others are asked than before. */
  onPolled?(): void;
  /** New settings do not lead to this meter any more. */
  onReplaced(meter: Meter): void;
  /** Another line has read these meters so far: under the new settings they may be called otherwise. */
  onInherited?(meters: readonly Meter[]): void;
  /** Of those that were inherited: the settings that lead to them are the same. */
  onKept?(meters: readonly Meter[]): void;
}

export interface LineSettings<E extends Entry> {
  readonly entry: E;
  readonly source: Source<E>;
  readonly breaker: BreakerSettings;
  readonly log: Logger;
  readonly events: LineEvents;
  /** What the source must know again after a restart. */
  readonly state: StateSpace;
}

/** Runs the source of one entry, and knows how it is doing. */
export class Line<E extends Entry> {
  readonly entry: E;
  /** Readings so far. */
  readings = 0;
  /** Bad frames and the like so far, by error code. */
  readonly reports = new Map<string, number>();
  readonly breaker: Breaker;
  /** Its source looks for more meters that are to be asked. */
  isGrowing = false;
  /** The last ones that the source showed. */
  readonly frames = new FrameLog();
  /** When something came of it last, good or bad, or a wait ends that it has announced; as `performance.now()`. */
  progressMs = performance.now();
  readonly #settings: LineSettings<E>;
  readonly #log: Logger;
  readonly #events: LineEvents;
  #handle: ((command: MeterCommand) => Promise<void>) | null = null;
  readonly #quiet = new OncePerMinute();
  readonly #meters = new Map<string, Meter>();
  /** Meters of the line that this one replaces, which it has not heard of itself. */
  readonly #inherited = new Map<string, Meter>();
  #polls: readonly Poll[] = [];
  /** What it fails with is what its meters fail with: of them it has been told. */
  #isToldOfMeters = false;

  constructor(settings: LineSettings<E>) {
    const { entry, breaker, log, events } = settings;
    this.entry = entry;
    this.breaker = new Breaker(breaker.failures, lineWait(breaker.reset_after));
    this.#settings = settings;
    this.#log = log;
    this.#events = events;
  }

  /** Every meter that it leads to, as far as is known. */
  get meters(): readonly Meter[] {
    return [...this.#meters.values(), ...this.#inherited.values()];
  }

  /** Meters that are asked one by one, as far as its source does so. */
  get polls(): readonly Poll[] {
    return this.#polls;
  }

  /** Takes over what the line that it replaces knows. */
  inherit({ meters, polls }: Pick<Line<E>, 'meters' | 'polls'>): void {
    for (const meter of meters) this.#inherited.set(meter.uniqueId, meter);
    this.#polls = polls;
    this.#events.onInherited?.(meters);
  }

  set logLevel(level: string) {
    this.#log.level = level;
  }

  /** @throws BridgeError control/…, link/…, meter/… */
  async command(command: MeterCommand): Promise<void> {
    if (command.key === POLL_INTERVAL.key) return this.#setInterval(command);
    if (!this.#handle) throw new BridgeError('control/refused', 'this meter takes no commands now');
    await this.#handle(command);
  }

  /** Resolves when the signal is aborted and the source has ended. */
  async run(signal: AbortSignal): Promise<void> {
    await supervise(
      () => this.#settings.source(this.#context(signal)),
      this.breaker,
      {
        onReading: (reading) => this.#received(reading),
        onFailure: (failure) => this.#failed(failure),
      },
      signal,
    );
  }

  #context(signal: AbortSignal): SourceContext<E> {
    return {
      entry: this.entry,
      signal,
      state: this.#settings.state,
      onCommand: (handle) => {
        this.#handle = handle;
      },
      open: (address, line) => openLink(address, { line, timeoutMs: OPEN_TIMEOUT_MS, signal }),
      waits: (ms) => this.#progress(ms),
      polling: {
        polls: (entries, isGrowing = false) => {
          this.isGrowing = isGrowing;
          const polls = this.#pollsOf(entries);
          this.#events.onPolled?.();
          return polls;
        },
        polled: (poll, outcome) => this.#polled(poll, outcome),
      },
      report: (error) => this.report(error),
      frame: (frame) => this.#framed(frame),
    };
  }

  #setInterval({ meter, text }: MeterCommand): void {
    const intervalMs = pollIntervalOf(text);
    const polls = this.#polls.filter((poll) => poll.leadsTo(meter));
    if (polls.length === 0) throw new BridgeError('control/refused', 'no meter is read there now');
    for (const poll of polls) poll.intervalMs = intervalMs;
  }

  #progress(waitMs = 0): void {
    this.progressMs = performance.now() + waitMs;
  }

  #framed(frame: SeenFrame): void {
    this.#progress();
    this.frames.add(frame);
  }

  #received(reading: Reading): void {
    this.#progress();
    this.readings++;
    const isBack = this.breaker.problem !== null;
    if (isBack && !this.#isToldOfMeters) this.#log.info('readings arrive again');
    if (!isBack && this.readings === 1) this.#log.info('readings arrive');
    this.#meters.set(reading.meter.uniqueId, reading.meter);
    this.#events.onReading(reading);
    if (this.#inherited.size > 0) this.#succeed(reading.meter);
  }

  #succeed(meter: Meter): void {
    this.#inherited.delete(meter.uniqueId);
    for (const old of this.#inherited.values()) {
      if (old.id !== meter.id || old.type !== meter.type) continue;
      this.#inherited.delete(old.uniqueId);
      this.#events.onReplaced(old);
    }
  }

  #failed(failure: Failure): void {
    this.#progress(failure.waitMs);
    this.#isToldOfMeters = this.#polls.some(({ breaker }) => breaker.problem === failure.error);
    this.#tell({ ...failure, isNews: failure.isNews && !this.#isToldOfMeters }, this.#log);
    if (failure.hasOpened) this.#events.onGivenUp(this.meters);
  }

  /** A meter whose settings are the same goes on as it is; one that is not among them any more is gone. */
  #pollsOf(entries: readonly PolledEntry[]): readonly Poll[] {
    const known = new Map(this.#polls.map((poll) => [poll.entry.id, poll]));
    this.#polls = entries.map((entry) => {
      const before = known.get(entry.id);
      known.delete(entry.id);
      if (before && isDeepStrictEqual(before.entry, entry)) {
        this.#events.onKept?.([...before.meters.values()]);
        return before;
      }
      const poll = new Poll(entry, this.#settings.breaker);
      for (const meter of before?.meters.values() ?? []) poll.meters.set(meter.uniqueId, meter);
      return poll;
    });
    for (const { meters } of known.values()) for (const meter of meters.values()) this.#forget(meter);
    return this.#polls;
  }

  #forget(meter: Meter): void {
    if (this.#polls.some(({ meters }) => meters.has(meter.uniqueId))) return;
    this.#meters.delete(meter.uniqueId);
    this.#inherited.delete(meter.uniqueId);
    this.#events.onReplaced(meter);
  }

  #polled(poll: Poll, outcome: readonly Reading[] | BridgeError): void {
    this.#progress();
    poll.wasTried = true;
    const { id } = poll.entry;
    const log = id === this.entry.id ? this.#log : this.#log.child({ polled: id });
    if (!(outcome instanceof BridgeError)) {
      if (poll.breaker.problem) log.info('the meter answers again');
      poll.succeeded(outcome);
    } else {
      const failure = poll.breaker.failed(outcome);
      this.#tell(failure, log);
      if (failure.hasOpened) this.#events.onGivenUp([...poll.meters.values()]);
    }
    this.#events.onPolled?.();
  }

  #tell({ error, waitMs, isNews }: Failure, log: Logger): void {
    // One line per change, not per try.
    log[isNews ? 'warn' : 'debug'](
      { err: error, retry_in: `${(waitMs / 1000).toFixed(1)}s` },
      'reading failed',
    );
  }

  /** Something went wrong that needs no pause: counted, and logged now and then. */
  report(error: BridgeError): void {
    this.#progress();
    this.reports.set(error.code, (this.reports.get(error.code) ?? 0) + 1);
    const held = this.#quiet.pass(error.code);
    if (held === null) return;
    this.#log.warn({ err: error, ...(held > 0 && { more_since_last_line: held }) });
  }
}
