import { depthOf, type MeasuredValue, type Measurement, type Meter } from '../model/index.ts';
import type { Message, Topics } from '../mqtt/index.ts';
import { type MeterEntities, removal } from './entity.ts';
import type { Layout } from './layout.ts';

/** Many bridges that all answered at once would be the first thing a starting Home Assistant chokes on. */
const BIRTH_JITTER_MS = 5_000;
/** Home Assistant may tell several times that it has started. */
const BIRTH_REPEAT_MS = 10_000;

export interface AnnouncerOptions {
  readonly layout: Layout;
  readonly topics: Topics;
  /** false: Home Assistant is told nothing at all. */
  readonly enabled: boolean;
  readonly send: (message: Message) => void;
  /** Sends what Home Assistant must see once, though another message for the same topic follows at once. */
  readonly order: (message: Message) => void;
  /** Called when everything was announced anew to a Home Assistant that has just started: it wants the last values too. */
  readonly afterBirth?: () => void;
  /** 0 ≤ x < 1. */
  readonly random?: () => number;
}

/** What a reading shows of itself: its values do not matter here. */
type Measured = Pick<MeasuredValue, 'measurement'>;

/** Knows which meters and entities Home Assistant has been told of, and tells it what is new. */
export class Announcer {
  readonly #options: AnnouncerOptions;
  readonly #meters = new Map<string, MeterEntities>();
  readonly #timers = new Set<NodeJS.Timeout>();
  #appIsAnnounced = false;
  #birthIsRecent = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /**
   * Takes note of a meter and what it measures. Announces what is new or has changed. What is missing this time stays
   * announced.
   *
   * @param expireAfterS seconds without a message until Home Assistant takes the values for gone; null: never
   */
  learn(meter: Meter, values: readonly Measured[], expireAfterS: number | null): void {
    if (this.#options.enabled) this.#announce(meter, values, expireAfterS);
  }

  /** Takes up what an earlier run has announced. */
  restore(entities: MeterEntities): void {
    if (this.#options.enabled) this.#meters.set(entities.meter.uniqueId, entities);
  }

  /** Removes entities of a meter. */
  withdraw(meter: Meter, keys: readonly string[]): void {
    const known = this.#meters.get(meter.uniqueId);
    if (!known) return;
    const { measurements, ...rest } = known;
    const left = [...measurements].filter(([key]) => !keys.includes(key));
    this.#change(known, { ...rest, measurements: new Map(left) });
  }

  /** Announces everything again: for a broker that may have lost it. */
  resend(): void {
    if (!this.#options.enabled) return;
    this.#announceApp();
    // A device may only name a parent that Home Assistant knows already.
    const parentsFirst = [...this.#meters.values()].sort((a, b) => depthOf(a.meter) - depthOf(b.meter));
    for (const entities of parentsFirst) this.#send(this.#options.layout.announcements(entities));
  }

  /** Home Assistant has started: announces everything again, after a random delay and once for many calls. */
  onBirth(): void {
    if (!this.#options.enabled || this.#birthIsRecent) return;
    const { random = Math.random, afterBirth } = this.#options;
    this.#birthIsRecent = true;
    this.#after(BIRTH_REPEAT_MS, () => {
      this.#birthIsRecent = false;
    });
    this.#after(random() * BIRTH_JITTER_MS, () => {
      this.resend();
      afterBirth?.();
    });
  }

  /** Removes what was announced of a meter that is no more. */
  forget(meter: Meter): void {
    const { enabled, layout, topics } = this.#options;
    if (!enabled) return;
    const known = this.#meters.get(meter.uniqueId);
    // The same meter may have got another id in the meantime: then its device stays.
    if (known && topics.availability(known.meter) !== topics.availability(meter)) return;
    this.#meters.delete(meter.uniqueId);
    const told = layout.announcements(known ?? { meter, measurements: new Map(), expireAfterS: null });
    this.#send(told.map(({ topic }) => removal(topic)));
  }

  /** Ends the timers. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #announceApp(): void {
    this.#appIsAnnounced = true;
    this.#send(this.#options.layout.app);
  }

  #announce(meter: Meter, values: readonly Measured[], expireAfterS: number | null): void {
    if (!this.#appIsAnnounced) this.#announceApp();
    if (meter.via && !this.#meters.has(meter.via.uniqueId)) this.#announce(meter.via, [], null);
    const before = this.#meters.get(meter.uniqueId);
    const measurements = new Map(before?.measurements);
    for (const { measurement } of values) measurements.set(measurement.key, measurement);
    this.#change(before, { meter, measurements, expireAfterS });
  }

  #change(before: MeterEntities | undefined, after: MeterEntities): void {
    const { layout, order } = this.#options;
    this.#meters.set(after.meter.uniqueId, after);
    const known = before ? layout.announcements(before) : [];
    const fresh = differing(layout.announcements(after), known);
    const removed = before ? withdrawn(before.measurements, after.measurements) : [];
    if (removed.length > 0) differing(layout.announcements(after, removed), known).forEach(order);
    this.#send(fresh);
  }

  #send(messages: readonly Message[]): void {
    for (const message of messages) this.#options.send(message);
  }

  #after(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** Messages that are not among those before. */
function differing(messages: readonly Message[], before: readonly Message[]): readonly Message[] {
  const payloads = new Map(before.map(({ topic, payload }) => [topic, payload]));
  return messages.filter(({ topic, payload }) => payloads.get(topic) !== payload);
}

/** Keys that were announced and are not any more. */
function withdrawn(
  before: ReadonlyMap<string, Measurement>,
  after: ReadonlyMap<string, Measurement>,
): string[] {
  const isAnnounced = (measurement: Measurement | undefined) =>
    measurement !== undefined && !measurement.unannounced;
  return [...before.keys()].filter((key) => isAnnounced(before.get(key)) && !isAnnounced(after.get(key)));
}
