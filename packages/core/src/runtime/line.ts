import type { BridgeError } from '../errors/index.ts';
import type { Meter, Reading } from '../model/index.ts';
import { FrameLog, type Logger } from '../observe/index.ts';
import { openLink } from '../transport/index.ts';
import { OncePerMinute } from './quiet.ts';
import type { Entry, Source, SourceContext } from './source.ts';
import { supervise } from './supervise.ts';

const OPEN_TIMEOUT_MS = 10_000;

export interface LineEvents {
  onReading(reading: Reading, entry: Entry): void;
  /** The line failed so often in a row that its meters are to be taken for gone. */
  onGivenUp(meters: readonly Meter[]): void;
  /** New settings lead to another meter of the same name. */
  onReplaced(meter: Meter): void;
}

/** Runs the source of one entry, and knows how it is doing. */
export class Line<E extends Entry> {
  readonly entry: E;
  /** Readings so far. */
  readings = 0;
  /** Bad frames and the like so far, by error code. */
  readonly reports = new Map<string, number>();
  /** What is wrong now, or null. */
  problem: BridgeError | null = null;
  /** The last ones that the source showed. */
  readonly frames = new FrameLog();
  readonly #source: Source<E>;
  readonly #events: LineEvents;
  readonly #maxFailures: number;
  readonly #log: Logger;
  readonly #quiet = new OncePerMinute();
  readonly #meters = new Map<string, Meter>();
  /** Meters of the line that this one replaces, which it has not heard of itself. */
  readonly #inherited = new Map<string, Meter>();

  constructor(entry: E, source: Source<E>, maxFailures: number, log: Logger, events: LineEvents) {
    this.entry = entry;
    this.#source = source;
    this.#maxFailures = maxFailures;
    this.#log = log;
    this.#events = events;
  }

  /** Every meter that it leads to, as far as is known. */
  get meters(): readonly Meter[] {
    return [...this.#meters.values(), ...this.#inherited.values()];
  }

  /** Takes over the meters of the line that it replaces. */
  inherit(meters: readonly Meter[]): void {
    for (const meter of meters) this.#inherited.set(meter.uniqueId, meter);
  }

  set logLevel(level: string) {
    this.#log.level = level;
  }

  /** Resolves when the signal is aborted and the source has ended. */
  async run(signal: AbortSignal): Promise<void> {
    await supervise(
      () => this.#source(this.#context(signal)),
      {
        onReading: (reading) => this.#received(reading),
        onFailure: (error, failures, waitMs) => this.#failed(error, failures, waitMs),
      },
      signal,
    );
  }

  #context(signal: AbortSignal): SourceContext<E> {
    return {
      entry: this.entry,
      signal,
      open: (address, line) => openLink(address, { line, timeoutMs: OPEN_TIMEOUT_MS, signal }),
      report: (error) => this.#report(error),
      frame: (frame) => this.frames.add(frame),
    };
  }

  #received(reading: Reading): void {
    this.readings++;
    if (this.problem) this.#log.info('readings arrive again');
    else if (this.readings === 1) this.#log.info('readings arrive');
    this.problem = null;
    this.#meters.set(reading.meter.uniqueId, reading.meter);
    this.#events.onReading(reading, this.entry);
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

  #failed(error: BridgeError, failures: number, waitMs: number): void {
    const isNews = this.problem?.code !== error.code;
    this.problem = error;
    // One line per change, not per try.
    this.#log[isNews ? 'warn' : 'debug'](
      { err: error, retry_in: `${(waitMs / 1000).toFixed(1)}s` },
      'reading failed',
    );
    if (failures === this.#maxFailures) this.#events.onGivenUp(this.meters);
  }

  #report(error: BridgeError): void {
    this.reports.set(error.code, (this.reports.get(error.code) ?? 0) + 1);
    const held = this.#quiet.pass(error.code);
    if (held === null) return;
    this.#log.warn({ err: error, ...(held > 0 && { more_since_last_line: held }) });
  }
}
