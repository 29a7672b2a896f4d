import type { Meter } from '../model/index.ts';
import type { Topics } from '../mqtt/index.ts';
import type { Outgoing } from '../store/index.ts';

const CHECK_EVERY_MS = 1_000;

interface Seen {
  readonly meter: Meter;
  readonly expireAfterMs: number;
  /** On the monotonic clock: a wall clock that jumps makes no meter vanish. */
  lastMs: number;
  online: boolean;
}

/** Knows which meters are there, and tells it on their availability topics. */
export class Availability {
  readonly #topics: Topics;
  readonly #put: (message: Outgoing) => void;
  readonly #onChange: (meter: Meter, online: boolean) => void;
  readonly #meters = new Map<string, Seen>();
  readonly #timer: NodeJS.Timeout;

  constructor(
    topics: Topics,
    put: (message: Outgoing) => void,
    onChange: (meter: Meter, online: boolean) => void,
  ) {
    this.#topics = topics;
    this.#put = put;
    this.#onChange = onChange;
    this.#timer = setInterval(() => this.#expire(), CHECK_EVERY_MS);
    this.#timer.unref();
  }

  /** A reading of the meter arrived; the next is due before `expireAfterMs` have passed. */
  seen(meter: Meter, expireAfterMs: number): void {
    const known = this.#meters.get(meter.uniqueId);
    if (known?.meter === meter && known.expireAfterMs === expireAfterMs) {
      known.lastMs = performance.now();
      if (!known.online) this.#set(known, true);
      return;
    }
    const fresh = { meter, expireAfterMs, lastMs: performance.now(), online: known?.online ?? false };
    this.#meters.set(meter.uniqueId, fresh);
    if (!fresh.online) this.#set(fresh, true);
  }

  /** The meter cannot be read any more. */
  lost(meter: Meter): void {
    const known = this.#meters.get(meter.uniqueId);
    if (known?.online) this.#set(known, false);
  }

  /** The meter is no more: what the broker keeps of it is removed, unless another one has taken its name. */
  forget(meter: Meter): void {
    const topic = this.#topics.availability(meter);
    const isKnown = this.#topicOf(this.#meters.get(meter.uniqueId)) === topic;
    if (isKnown) this.#meters.delete(meter.uniqueId);
    if (this.states().some((other) => this.#topicOf(other) === topic)) return;
    this.#put({ topic, payload: '', qos: 1, retain: true, backlogTopic: null });
  }

  /** Every meter and whether it is there. */
  states(): readonly Readonly<Seen>[] {
    return [...this.#meters.values()];
  }

  resend(): void {
    for (const known of this.#meters.values()) this.#tell(known);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #topicOf(known: Seen | undefined): string | null {
    return known ? this.#topics.availability(known.meter) : null;
  }

  #expire(): void {
    const now = performance.now();
    for (const known of this.#meters.values()) {
      if (known.online && now - known.lastMs > known.expireAfterMs) this.#set(known, false);
    }
  }

  #set(known: Seen, online: boolean): void {
    known.online = online;
    this.#tell(known);
    this.#onChange(known.meter, online);
  }

  #tell({ meter, online }: Seen): void {
    const payload = online ? 'online' : 'offline';
    this.#put({ topic: this.#topics.availability(meter), payload, qos: 1, retain: true, backlogTopic: null });
  }
}
