import { BridgeError, toBridgeError } from '../errors/index.ts';
import type { Meter, Reading } from '../model/index.ts';
import { sleep } from '../time/index.ts';
import { meterWait } from './backoff.ts';
import { Breaker, type BreakerSettings } from './breaker.ts';
import { type Schedule, scheduleOf, type Timetable } from './schedule.ts';
import type { Entry, SourceContext } from './source.ts';

/** A wall clock that is set while a meter waits, or another interval, is noticed within this time. */
const LOOK_EVERY_MS = 5_000;

/** A meter that is asked for its readings, as in the configuration. */
export interface PolledEntry extends Timetable {
  readonly id: string;
}

/** How one meter is doing that is asked for its readings. */
export class Poll {
  readonly entry: PolledEntry;
  readonly breaker: Breaker;
  /** Those that its readings were of. */
  readonly meters = new Map<string, Meter>();
  /** It was asked, whatever came of it. */
  wasTried = false;
  /** What its last good reading took, in milliseconds; null: there was none yet. */
  readMs: number | null = null;
  #schedule: Schedule;
  /** By which it was asked last. */
  #tried: Schedule | null = null;

  constructor(entry: PolledEntry, { failures, reset_after }: BreakerSettings) {
    this.entry = entry;
    this.#schedule = scheduleOf(entry);
    this.breaker = new Breaker(failures, (inARow, error) =>
      meterWait(failures, reset_after, this.intervalMs)(inARow, error),
    );
  }

  /** The longest time between two readings. */
  get intervalMs(): number {
    return this.#schedule.intervalMs;
  }

  /** From now on, instead of what its entry says; it is due at once. */
  set intervalMs(interval: number) {
    this.#schedule = scheduleOf({ interval });
  }

  /** Whether it is one of those that are read through this meter, or that meter itself. */
  leadsTo({ uniqueId }: Meter): boolean {
    return this.meters.values().some((meter) => isBehind(meter, uniqueId));
  }

  /** When it is to be read, as `performance.now()`. */
  get dueMs(): number {
    return this.breaker.retryMs ?? this.#schedule.dueMs();
  }

  /** It is being asked. */
  trying(): void {
    this.breaker.trying();
    this.#tried = this.#schedule;
  }

  succeeded(readings: readonly Reading[]): void {
    for (const { meter } of readings) this.meters.set(meter.uniqueId, meter);
    this.breaker.succeeded();
    // A reading that was under way when the interval changed still tells the old one: it would expire too soon.
    if (this.#tried === this.#schedule) this.#schedule.done();
  }
}

function isBehind({ uniqueId, via }: Meter, other: string): boolean {
  return uniqueId === other || (via !== null && isBehind(via, other));
}

interface PollingOptions {
  /** More meters are being looked for: whoever wants all of them waits for more than these. */
  readonly isGrowing?: boolean;
}

/**
 * Reads meters one after the other, each at its times; whoever has waited longest comes first. One that fails has its
 * turn like the others until its breaker opens: it costs them one try per cycle at most.
 * When all of them are left alone, the line fails as well, and both waits run: that of the line (0.5 s, doubled up to
 * `reset_after`) and those of the meters (`reset_after`, doubled up to ten times as long). So the longer one counts.
 * @param read asks one meter; `intervalMs` is the longest time between two of its readings
 * @throws whatever is wrong with the link; the last failure when no meter answers any more, as a new link may help
 */
export async function* pollMeters<P extends PolledEntry, E extends Entry>(
  context: Pick<SourceContext<E>, 'signal' | 'polling' | 'waits' | 'report'> & PollingOptions,
  entries: readonly P[],
  read: (entry: P, intervalMs: number) => Promise<readonly Reading[]>,
): AsyncGenerator<Reading, never> {
  const { signal, polling, waits, report, isGrowing } = context;
  const begunMs = performance.now();
  const all = polling.polls(entries, isGrowing);
  const turns = entries.map((entry, index) => ({ entry, poll: all[index]! }));
  for (;;) {
    const { turn, dueMs } = nextOf(turns);
    const remainingMs = dueMs - performance.now();
    if (!turn || remainingMs > 0) {
      const waitMs = Math.min(LOOK_EVERY_MS, remainingMs);
      waits(waitMs);
      await sleep(waitMs, signal);
      continue;
    }
    const { entry, poll } = turn;
    poll.trying();
    const startMs = performance.now();
    try {
      const readings = await read(entry, poll.intervalMs);
      poll.readMs = performance.now() - startMs;
      // What was due before the line was there is not its fault.
      const lateMs = performance.now() - Math.max(dueMs, begunMs);
      if (lateMs > poll.intervalMs) report(overloaded(entry, lateMs));
      polling.polled(poll, readings);
      yield* readings;
    } catch (thrown) {
      const error = toBridgeError(thrown);
      if (signal.aborted || error.code.startsWith('link/')) throw error;
      polling.polled(poll, error);
      if (all.every(({ breaker }) => breaker.state === 'open')) throw error;
    }
  }
}

function nextOf<T extends { readonly poll: Poll }>(turns: readonly T[]) {
  let turn: T | undefined;
  let dueMs = Number.POSITIVE_INFINITY;
  for (const one of turns) {
    const ms = one.poll.dueMs;
    if (ms < dueMs) [turn, dueMs] = [one, ms];
  }
  return { turn, dueMs };
}

function overloaded({ id }: PolledEntry, lateMs: number): BridgeError {
  return new BridgeError('line/overloaded', `the reading of ${id} came ${Math.round(lateMs / 1000)} s late`);
}
