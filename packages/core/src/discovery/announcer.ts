import type { MeasuredValue, Measurement, Meter } from '../model/index.ts';
import type { Message } from '../mqtt/index.ts';
import {
  bridgeDeviceMessage,
  type DiscoverySettings,
  deviceMessage,
  type MeterEntities,
  removal,
} from './entity.ts';
import { isSameMeasurement, isSameMeter } from './same.ts';

/** Many bridges that all answered at once would be the first thing a starting Home Assistant chokes on. */
const BIRTH_JITTER_MS = 5_000;
/** Home Assistant may tell several times that it has started. */
const BIRTH_REPEAT_MS = 10_000;

export interface AnnouncerOptions extends DiscoverySettings {
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
  #bridgeIsAnnounced = false;
  #birthIsRecent = false;

  constructor(options: AnnouncerOptions) {
    this.#options = options;
  }

  /**
   * Takes note of a meter and what it measures; meant to be called for every reading. Announces what is
   * new or has changed. What is missing this time stays announced.
   *
   * @param expireAfterS seconds without a message until Home Assistant takes the values for gone; null: never
   */
  learn(meter: Meter, values: readonly Measured[], expireAfterS: number | null): void {
    if (!this.#options.enabled) return;
    const known = this.#meters.get(meter.uniqueId);
    if (known && covers(known, meter, values, expireAfterS)) return;
    this.#announce(meter, values, expireAfterS);
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
    this.#announceBridge();
    // A device may only name a parent that Home Assistant knows already.
    const parentsFirst = [...this.#meters.values()].sort((a, b) => depth(a.meter) - depth(b.meter));
    for (const entities of parentsFirst) this.#options.send(deviceMessage(this.#options, entities));
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

  /** Removes the device of a meter that is no more. */
  forget(meter: Meter): void {
    const { enabled, send, topics } = this.#options;
    if (!enabled) return;
    const known = this.#meters.get(meter.uniqueId);
    // The same meter may have got another id in the meantime: then its device stays.
    if (known && topics.availability(known.meter) !== topics.availability(meter)) return;
    this.#meters.delete(meter.uniqueId);
    send(removal(topics.discovery(meter.uniqueId)));
  }

  /** Ends the timers. */
  close(): void {
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  #announceBridge(): void {
    this.#bridgeIsAnnounced = true;
    this.#options.send(bridgeDeviceMessage(this.#options));
  }

  #announce(meter: Meter, values: readonly Measured[], expireAfterS: number | null): void {
    if (!this.#bridgeIsAnnounced) this.#announceBridge();
    if (meter.via && !this.#meters.has(meter.via.uniqueId)) this.#announce(meter.via, [], null);
    const before = this.#meters.get(meter.uniqueId);
    const measurements = new Map(before?.measurements);
    for (const { measurement } of values) measurements.set(measurement.key, measurement);
    this.#change(before, { meter, measurements, expireAfterS });
  }

  #change(before: MeterEntities | undefined, after: MeterEntities): void {
    const { send, order } = this.#options;
    this.#meters.set(after.meter.uniqueId, after);
    const message = deviceMessage(this.#options, after);
    if (before && deviceMessage(this.#options, before).payload === message.payload) return;
    const removed = before ? withdrawn(before.measurements, after.measurements) : [];
    if (removed.length > 0) order(deviceMessage(this.#options, after, removed));
    send(message);
  }

  #after(delayMs: number, action: () => void): void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      action();
    }, delayMs);
    this.#timers.add(timer);
  }
}

/** Whether nothing of this is new. Runs for every reading of every meter: no allocation. */
function covers(
  known: MeterEntities,
  meter: Meter,
  values: readonly Measured[],
  expireAfterS: number | null,
): boolean {
  if (known.expireAfterS !== expireAfterS || !isSameMeter(known.meter, meter)) return false;
  for (const { measurement } of values) {
    const earlier = known.measurements.get(measurement.key);
    if (earlier === undefined || !isSameMeasurement(earlier, measurement)) return false;
  }
  return true;
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

function depth(meter: Meter): number {
  return meter.via ? depth(meter.via) + 1 : 0;
}
