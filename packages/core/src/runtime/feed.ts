import type { EventStreams } from '../observe/index.ts';
import type { AvailabilityUpdate, LineStatus } from '../page/index.ts';
import { type KnownMeter, updateOf } from './last-readings.ts';
import { lineStatus, type Shown, stateOf } from './status.ts';

/** Changes are told together, this often: soon enough to look live, and no meter makes more work than that. */
const VALUES_EVERY_MS = 250;
const STATE_EVERY_MS = 1_000;

/** Tells what changes to whoever looks on; costs nothing while nobody does. */
export class Feed {
  readonly #bridge: Shown;
  readonly #streams: EventStreams;
  readonly #changed = new Map<string, KnownMeter>();
  readonly #lines = new Map<string, string>();
  readonly #timers: readonly NodeJS.Timeout[];
  #logged = 0;

  constructor(bridge: Shown, streams: EventStreams) {
    this.#bridge = bridge;
    this.#streams = streams;
    this.#timers = [
      setInterval(() => this.#tellValues(), VALUES_EVERY_MS).unref(),
      setInterval(() => this.#tellState(), STATE_EVERY_MS).unref(),
    ];
  }

  received(known: KnownMeter): void {
    if (this.#streams.size > 0) this.#changed.set(known.meter.id, known);
  }

  availability(update: AvailabilityUpdate): void {
    this.#streams.send('availability', update);
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  #tellValues(): void {
    if (this.#changed.size === 0) return;
    this.#streams.send('values', Array.from(this.#changed.values(), updateOf));
    this.#changed.clear();
  }

  #tellState(): void {
    if (this.#streams.size === 0) return;
    const { tail } = this.#bridge;
    const log = tail.lines(tail.count - this.#logged);
    this.#logged = tail.count;
    this.#streams.send('state', { ...stateOf(this.#bridge), lines: this.#changedLines(), log });
  }

  #changedLines(): readonly LineStatus[] {
    return this.#bridge.lines.map(lineStatus).filter((line) => {
      const text = JSON.stringify(line);
      if (this.#lines.get(line.id) === text) return false;
      this.#lines.set(line.id, text);
      return true;
    });
  }
}
