import { depthOf, type Measurement, type Meter } from '../model/index.ts';
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

  /** Announces what is new of a meter, or has changed. @param entities all that it ever told */
  learn(entities: MeterEntities): void {
    if (this.#options.enabled) this.#announce(entities);
  }

  /** Takes up what an earlier run has announced. */
  restore(entities: MeterEntities): void {
    if (this.#options.enabled) this.#meters.set(entities.meter.uniqueId, entities);
  }

  /** Removes entities of a meter. @param left what it has besides */
  withdraw(left: MeterEntities): void {
    const known = this.#meters.get(left.meter.uniqueId);
    if (known) this.#change(known, left);
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

  #announce(entities: MeterEntities): void {
    const { via, uniqueId } = entities.meter;
    if (!this.#appIsAnnounced) this.#announceApp();
    if (via && !this.#meters.has(via.uniqueId))
      this.#announce({ meter: via, measurements: new Map(), expireAfterS: null });
    this.#change(this.#meters.get(uniqueId), entities);
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
