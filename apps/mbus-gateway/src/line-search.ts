import { BridgeError } from '@meterbridge/core/errors';
import type { Instant, Meter, Reading } from '@meterbridge/core/model';
import { localInstant, type MeterCommand } from '@meterbridge/core/runtime';
import { sleep } from '@meterbridge/core/time';
import type { MbusMeter } from './config.ts';
import type { KnownMeters } from './known-meters.ts';
import type { LineKeys, LineSession } from './line-session.ts';
import { lineMeter, searchValues } from './meters/line.ts';
import { listenOn, probeOf } from './probe.ts';
import type { SecondaryAddress } from './protocol/secondary-address.ts';
import { NEARLY_ALL, type Probe, type SearchStep, searchSecondary, unresolved } from './search.ts';
import { standardAnswerMs } from './timing.ts';

/** A search tells how far it is so often. */
const TELL_EVERY_MS = 1_000;
/** A line that is not searched tells that it is there so often. */
const HEARTBEAT_MS = 60_000;

/** Searches a line for meters when it is time or when it is told to, and tells how that is getting on. Outlives the links. */
export class LineSearch {
  readonly meter: Meter;
  /** A search goes on, or is to begin. */
  isWanted: boolean;
  readonly #others: MbusMeter;
  readonly #known: KnownMeters;
  readonly #keys: LineKeys;
  #progress: number | null = null;
  #searched: Instant | null = null;
  #dueMs = Number.POSITIVE_INFINITY;
  #hasTold = false;
  #wake = new AbortController();

  constructor(others: MbusMeter, known: KnownMeters) {
    this.meter = lineMeter(others);
    this.#others = others;
    this.#known = known;
    this.isWanted = others.discover !== 'off';
    // Most masks mean nobody: a search waits as long as the standard says and no longer.
    this.#keys = { ...others, answer_timeout: others.answer_timeout ?? standardAnswerMs(others.baud) };
  }

  /** ON begins a search unless one is going on, OFF ends it. @throws BridgeError control/refused */
  command({ text }: Pick<MeterCommand, 'text'>): void {
    if (text !== 'ON' && text !== 'OFF')
      throw new BridgeError('control/refused', `"${text}" is neither ON nor OFF`);
    this.isWanted = text === 'ON';
    if (this.isWanted) this.#wake.abort();
  }

  /** Readings of the line itself, without end: while it is searched, and as a sign of life. */
  async *readings(session: LineSession, signal: AbortSignal): AsyncGenerator<Reading, never> {
    for (;;) {
      if (this.isWanted) yield* this.#search(session, signal);
      else if (!this.#hasTold || !session.isMute || this.#known.all.length === 0) {
        // A line that cannot be opened is not there.
        await session.inTurn(this.#keys, async () => undefined);
        yield { ...this.#reading(), unchanged: this.#hasTold };
        this.#hasTold = true;
      }
      await this.#pause(signal);
    }
  }

  async *#search(session: LineSession, signal: AbortSignal): AsyncGenerator<Reading, void> {
    const met = new Set<SecondaryAddress>();
    const probe: Probe = async (mask, isPatient) => {
      signal.throwIfAborted();
      return await session.inTurn(this.#keys, (master) => probeOf(master, () => undefined)(mask, isPatient));
    };
    let toldMs = Number.NEGATIVE_INFINITY;
    const listen = () => session.inTurn(this.#keys, listenOn);
    for await (const { mask, result, progress, isUnresolved } of searchSecondary(probe, { listen })) {
      if (isUnresolved) session.report(unresolved(mask));
      // All is told when it is over.
      this.#progress = Math.min(progress, NEARLY_ALL);
      const isMet = isAddress(result);
      if (isMet) {
        met.add(result);
        this.#known.add(this.#others, result);
      }
      if (isMet || performance.now() - toldMs >= TELL_EVERY_MS) {
        toldMs = performance.now();
        yield this.#reading();
      }
      if (!this.isWanted) break;
    }
    this.#end(met);
    yield this.#reading();
  }

  #end(met: ReadonlySet<SecondaryAddress>): void {
    const { discover, rescan } = this.#others;
    this.#dueMs = discover === 'interval' ? performance.now() + rescan : Number.POSITIVE_INFINITY;
    if (!this.isWanted) return;
    this.isWanted = false;
    this.#known.settle(this.#others, met);
    this.#progress = 1;
    this.#searched = localInstant(Date.now());
  }

  /** Until a search is due, or the line is to tell that it is there. */
  async #pause(signal: AbortSignal): Promise<void> {
    if (this.isWanted) return;
    this.#wake = new AbortController();
    const either = AbortSignal.any([signal, this.#wake.signal]);
    const ms = Math.max(0, Math.min(HEARTBEAT_MS, this.#dueMs - performance.now()));
    await sleep(ms, either).catch(() => signal.throwIfAborted());
    this.isWanted ||= performance.now() >= this.#dueMs;
  }

  #reading(): Reading {
    const state = {
      isSearching: this.isWanted,
      progress: this.#progress,
      found: this.#known.foundFor(this.#others),
      searched: this.#searched,
    };
    return { meter: this.meter, time: localInstant(Date.now()), values: searchValues(state) };
  }
}

function isAddress(result: SearchStep['result']): boolean {
  return result !== 'none' && result !== 'collision';
}
