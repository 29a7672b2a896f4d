import type { Meter } from '../model/index.ts';
import type { Topics } from '../mqtt/index.ts';
import type { Outgoing } from '../store/index.ts';
import { Groups } from './groups.ts';

const CHECK_EVERY_MS = 1_000;

export interface MeterState {
  readonly meter: Meter;
  readonly online: boolean;
  /** When it was heard last, as `performance.now()`: a wall clock that jumps makes no meter vanish. null: not since the start. */
  readonly lastMs: number | null;
}

interface Known {
  readonly meter: Meter;
  readonly topic: string;
  readonly expireAfterMs: number;
  /** When its time began to run, as `performance.now()`. */
  sinceMs: number;
  isHeard: boolean;
  /** null: the broker keeps what an earlier run told, and nothing else is known yet. */
  online: boolean | null;
}

/** Knows which meters are there, and tells it on their availability topics. */
export class Availability {
  readonly #topics: Topics;
  readonly #put: (message: Outgoing) => void;
  readonly #onChange: (meter: Meter, online: boolean) => void;
  readonly #meters = new Map<string, Known>();
  readonly #byTopic = new Groups<Known>();
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
      known.sinceMs = performance.now();
      known.isHeard = true;
      if (!known.online) this.#set(known, true);
      return;
    }
    // Under a name that it did not have before, nothing was told of it so far.
    const topic = this.#topics.availability(meter);
    const online = known?.topic === topic ? known.online : null;
    const fresh = { meter, topic, expireAfterMs, sinceMs: performance.now(), isHeard: true, online };
    this.#keep(fresh);
    if (!fresh.online) this.#set(fresh, true);
  }

  /** An earlier run knew the meter: it is gone if nothing of it comes before `expireAfterMs` have passed. */
  restore(meter: Meter, expireAfterMs: number): void {
    if (this.#meters.has(meter.uniqueId)) return;
    const known = { expireAfterMs, sinceMs: performance.now(), isHeard: false, online: null };
    this.#keep({ meter, topic: this.#topics.availability(meter), ...known });
  }

  /** The meter cannot be read any more. */
  lost(meter: Meter): void {
    const known = this.#meters.get(meter.uniqueId);
    // It may be read under another id, where all is well.
    if (known?.meter.id === meter.id && known.online !== false) this.#set(known, false);
  }

  /** The meter is no more: what the broker keeps of it is removed, unless another one has taken its name. */
  forget(meter: Meter): void {
    const topic = this.#topics.availability(meter);
    if (this.#meters.get(meter.uniqueId)?.topic === topic) this.#drop(meter);
    const [other] = this.#byTopic.of(topic);
    if (other) return;
    this.#put({ topic, payload: '', qos: 1, retain: true, backlogTopic: null });
  }

  isOnline({ uniqueId }: Meter): boolean {
    return this.#meters.get(uniqueId)?.online === true;
  }

  /** Every meter of which it is known whether it is there. */
  states(): readonly MeterState[] {
    return [...this.#meters.values()].flatMap(({ meter, online, isHeard, sinceMs }) =>
      online === null ? [] : [{ meter, online, lastMs: isHeard ? sinceMs : null }],
    );
  }

  resend(): void {
    for (const { topic, online } of this.#meters.values()) if (online !== null) this.#tell(topic, online);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  /** One that is known already keeps its place among the others. */
  #keep(known: Known): void {
    this.#ungroup(known.meter);
    this.#meters.set(known.meter.uniqueId, known);
    this.#byTopic.add(known.topic, known);
  }

  #drop(meter: Meter): void {
    this.#ungroup(meter);
    this.#meters.delete(meter.uniqueId);
  }

  #ungroup({ uniqueId }: Meter): void {
    const known = this.#meters.get(uniqueId);
    if (known) this.#byTopic.delete(known.topic, known);
  }

  /** Other devices that have its name, and are there or not. */
  #namesakes(known: Known, online: boolean): readonly Known[] {
    return [...this.#byTopic.of(known.topic)].filter(
      (other) => other !== known && (other.online === true) === online,
    );
  }

  #expire(): void {
    const now = performance.now();
    for (const known of this.#meters.values()) {
      if (known.online !== false && now - known.sinceMs > known.expireAfterMs) this.#set(known, false);
    }
  }

  #set(known: Known, online: boolean): void {
    known.online = online;
    if (online) {
      // Those that had its name before have nothing to tell any more.
      for (const { meter } of this.#namesakes(known, false)) this.#drop(meter);
    } else if (this.#namesakes(known, true).length > 0) {
      // Under its name another device is there: that is the one that its topic is about.
      this.#drop(known.meter);
      return;
    }
    this.#tell(known.topic, online);
    this.#onChange(known.meter, online);
  }

  #tell(topic: string, online: boolean): void {
    const payload = online ? 'online' : 'offline';
    this.#put({ topic, payload, qos: 1, retain: true, backlogTopic: null });
  }
}
