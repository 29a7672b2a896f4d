import type { MeterEntities } from '../discovery/index.ts';
import type { Measurement, Meter, Reading } from '../model/index.ts';
import type { StateSpace } from '../store/index.ts';
import { Groups } from './groups.ts';
import { allOf, covers, isWithin, type Kept, type KeptTopics, keptOf, recordOf } from './retained-record.ts';

export interface RetainedOptions {
  readonly space: StateSpace;
  /** Topics on which the broker keeps something of a meter, with the configuration as it is. */
  readonly topicsOf: (entities: MeterEntities) => KeptTopics;
  /** The key that the meter itself has for what is published under this one. */
  readonly ownKeyOf: (meter: Meter, key: string) => string;
  /** The key under which a parameter is published now; null if it is left out. */
  readonly keyOf: (meter: Meter, own: string) => string | null;
  /** Nothing of the bridge is on the topic any more. */
  readonly onStale: (topic: string) => void;
  /** The same for a topic of readings as JSON: some may still wait in the outbox. */
  readonly onStaleReading: (topic: string) => void;
  /** Something is on the topic again. */
  readonly onWanted: (topic: string) => void;
}

/** What has become of a meter with another configuration. */
export interface Settled {
  readonly before: Kept;
  /** null: nothing leads to it any more. */
  readonly after: Kept | null;
  /** Keys of parameters that the configuration left out, or gave others to. */
  readonly withdrawn: readonly string[];
}

/** What a reading has shown. */
export interface Noticed {
  /** The meter with all that it ever told, if any of it is not as it was before; else null. */
  readonly news: Kept | null;
  /** Meters that this one has taken the place of. */
  readonly replaced: readonly Meter[];
}

const NO_NEWS: Noticed = { news: null, replaced: [] };

/** Remembers what the broker keeps of the meters, so that nothing stays there that nobody will ever renew. */
export class Retained {
  readonly #options: RetainedOptions;
  readonly #meters = new Map<string, Kept>();
  readonly #byId = new Groups<Kept>();

  constructor(options: RetainedOptions) {
    this.#options = options;
  }

  /** Takes up what an earlier run has left. */
  load(): void {
    const { space } = this.#options;
    for (const name of space.keys()) {
      const kept = keptOf(space.get(name));
      if (kept) this.#set(name, kept);
      else space.delete(name);
    }
  }

  /** Drops what the configuration does not know any more. That a meter is silent says nothing. @param owners ids in it */
  settle(owners: ReadonlySet<string>): readonly Settled[] {
    const before = [...this.#meters];
    const settled = before.map(([name, kept]) => this.#settle(name, kept, !owners.has(kept.owner)));
    this.#stale(before.map(([, { topics }]) => topics));
    for (const { topics } of this.#meters.values())
      for (const topic of allOf(topics)) this.#options.onWanted(topic);
    return settled;
  }

  /** Takes note of a meter and what it tells; meant to be called for every reading. */
  received(
    { meter, values }: Pick<Reading, 'meter' | 'values'>,
    expireAfterS: number | null,
    owner: string,
  ): Noticed {
    const name = nameOf(meter);
    const known = this.#meters.get(name);
    if (known && covers(known, { meter, values }, expireAfterS, owner)) return NO_NEWS;
    if (meter.via && !this.#meters.has(nameOf(meter.via)))
      this.received({ meter: meter.via, values: [] }, null, owner);
    const measurements = new Map(known?.measurements);
    for (const { measurement } of values) measurements.set(measurement.key, measurement);
    const replaced = [...this.#byId.of(idOf(meter))].filter(
      (other) => !other.isHeard && nameOf(other.meter) !== name,
    );
    // Of two devices under one name, one that has told nothing since the start was there before the other.
    for (const one of replaced) this.#drop(nameOf(one.meter));
    const kept = this.#keptOf(meter, measurements, expireAfterS, owner);
    this.#keep(name, kept);
    for (const topic of allOf(kept.topics)) this.#options.onWanted(topic);
    const before = [...(known ? [known] : []), ...replaced].map(({ topics }) => topics);
    // Usually nothing is stale: then the topics of all other meters need no look.
    this.#stale(before.filter((topics) => !isWithin(topics, kept.topics)));
    return { news: kept, replaced: replaced.map((one) => one.meter) };
  }

  /** What the broker keeps of it is removed by others. */
  forget(meter: Meter): void {
    if (this.#meters.get(nameOf(meter))?.meter.id === meter.id) this.#drop(nameOf(meter));
  }

  #settle(name: string, before: Kept, isGone: boolean): Settled {
    if (isGone) {
      this.#drop(name);
      return { before, after: null, withdrawn: [] };
    }
    const { meter, measurements, own, expireAfterS, owner, isHeard } = before;
    const withdrawn = [...measurements.keys()].filter(
      (key) => this.#options.keyOf(meter, own.get(key) ?? key) !== key,
    );
    // Usually there are none: then it shares what it measures with whoever else knows it.
    const left =
      withdrawn.length === 0
        ? measurements
        : new Map([...measurements].filter(([key]) => !withdrawn.includes(key)));
    const after = { ...this.#keptOf(meter, left, expireAfterS, owner), isHeard };
    this.#keep(name, after);
    return { before, after, withdrawn };
  }

  #keptOf(
    meter: Meter,
    measurements: ReadonlyMap<string, Measurement>,
    expireAfterS: number | null,
    owner: string,
  ): Kept {
    const { ownKeyOf, topicsOf } = this.#options;
    const keys = Array.from(measurements.keys(), (key) => [key, ownKeyOf(meter, key)] as const);
    const own = new Map(keys.filter(([key, other]) => other !== key));
    const entities = { meter, measurements, expireAfterS };
    return { ...entities, owner, own, topics: topicsOf(entities), isHeard: true };
  }

  /** Of these topics, those are told that no meter has any more. */
  #stale(before: readonly KeptTopics[]): void {
    if (before.length === 0) return;
    const wanted = new Set([...this.#meters.values()].flatMap(({ topics }) => allOf(topics)));
    for (const { reading, others } of before) {
      if (reading !== null && !wanted.has(reading)) this.#options.onStaleReading(reading);
      for (const topic of others) if (!wanted.has(topic)) this.#options.onStale(topic);
    }
  }

  #keep(name: string, kept: Kept): void {
    this.#set(name, kept);
    this.#options.space.hold(name, recordOf(kept));
  }

  /** One that is known already keeps its place among the others. */
  #set(name: string, kept: Kept): void {
    this.#ungroup(name);
    this.#meters.set(name, kept);
    this.#byId.add(idOf(kept.meter), kept);
  }

  #drop(name: string): void {
    this.#ungroup(name);
    this.#meters.delete(name);
    this.#options.space.delete(name);
  }

  #ungroup(name: string): void {
    const kept = this.#meters.get(name);
    if (kept) this.#byId.delete(idOf(kept.meter), kept);
  }
}

function idOf({ type, id }: Meter): string {
  return `${type}/${id}`;
}

function nameOf({ type, uniqueId }: Meter): string {
  return `${type}/${uniqueId}`;
}
