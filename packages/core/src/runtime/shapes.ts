import { isDeepStrictEqual } from 'node:util';
import { type BaseConfig, nearest } from '../config/index.ts';
import { BridgeError } from '../errors/index.ts';
import type { Meter, Reading } from '../model/index.ts';
import { type CounterLimits, USUAL_LIMITS } from './counter-limits.ts';
import { Shape, type ShapeSettings } from './shape.ts';

type Meters = BaseConfig['meters'];

type Settings = ShapeSettings & {
  readonly counter_guard: CounterLimits;
  readonly expire_after?: number | undefined;
};

interface Configured {
  readonly settings: Settings;
  readonly shape: Shape;
  /** Ids of the meters behind it that the configuration names and of which nothing was heard so far. */
  readonly missing: Set<string>;
  /** Of it and of those behind it. */
  readonly heard: Set<string>;
  /** Ids of the meters that have told something once, and of those that have told something twice. */
  readonly once: Set<string>;
  readonly twice: Set<string>;
}

/** For meters that the configuration does not name. */
const asItIs = new Shape({});

/** What the configuration makes of the readings of each meter. */
export class Shapes {
  /** By the id of the meter, those behind others included. */
  #configured: ReadonlyMap<string, Configured>;
  readonly #onUnmatched: (error: BridgeError) => void;

  /** @param onUnmatched the configuration names what is not there */
  constructor(meters: Meters, onUnmatched: (error: BridgeError) => void) {
    this.#onUnmatched = onUnmatched;
    this.#configured = new Map();
    this.configure(meters);
  }

  /** Meters whose settings are the same go on as they are. */
  configure(meters: Meters): void {
    const before = this.#configured;
    const all = meters.flatMap((meter) => [
      [meter.id, meter] as const,
      ...Object.entries(meter.behind ?? {}).map(([id, settings]) => [id, settings] as const),
    ]);
    this.#configured = new Map(
      all.map(([id, settings]) => {
        const known = before.get(id);
        return [id, known && isDeepStrictEqual(known.settings, settings) ? known : configuredOf(settings)];
      }),
    );
  }

  of(meter: Meter): Shape {
    return this.#configuredOf(meter)?.shape ?? asItIs;
  }

  /** A meter behind another one that has no settings of its own has those of the one in front. */
  limitsOf(meter: Meter): CounterLimits {
    const known = this.#configuredOf(meter);
    if (known) return known.settings.counter_guard;
    return meter.via ? this.limitsOf(meter.via) : USUAL_LIMITS;
  }

  /** Milliseconds without a reading after which it counts as gone; that of the meter in front where it has none. */
  expireAfterOf(meter: Meter): number | undefined {
    const ownMs = this.#configuredOf(meter)?.settings.expire_after;
    return ownMs ?? (meter.via ? this.expireAfterOf(meter.via) : undefined);
  }

  /** The reading as it is to be published. */
  apply(reading: Reading): Reading {
    const { id, via } = reading.meter;
    const known = this.#configuredOf(reading.meter);
    const front = via && this.#configured.get(via.id);
    if (front && !front.heard.has(id)) {
      front.heard.add(id);
      front.missing.delete(id);
    }
    if (!known) return reading;
    if (!known.twice.has(id)) this.#check(reading, known);
    return known.shape.apply(reading);
  }

  #configuredOf({ id, configId }: Meter): Configured | undefined {
    if (configId === null) return undefined;
    return this.#configured.get(id) ?? (configId ? this.#configured.get(configId) : undefined);
  }

  /** Parameters are looked for in the first reading, meters behind this one up to the second. */
  #check({ meter, values }: Reading, known: Configured): void {
    if (known.once.has(meter.id)) {
      known.twice.add(meter.id);
      for (const id of known.missing)
        this.#tell(meter, `nothing is heard of a meter ${id} behind this one`, id, [...known.heard]);
      return;
    }
    known.once.add(meter.id);
    const own = values.map(({ measurement }) => measurement.key);
    const there = new Set(own);
    for (const key of known.shape.configured) {
      if (!there.has(key)) this.#tell(meter, `there is no parameter ${key} in the first reading`, key, own);
    }
    for (const key of own) {
      const taker = known.shape.ownKeyOf(key);
      if (taker === key || known.shape.configured.has(key)) continue;
      this.#tell(meter, `the parameter ${key} is left out: ${taker} takes its key`, '', []);
    }
  }

  #tell({ id }: Meter, what: string, name: string, known: readonly string[]): void {
    const near = nearest(name, known);
    const question = near === undefined ? '' : `; did you mean ${near}?`;
    this.#onUnmatched(new BridgeError('config/unmatched', `${id}: ${what}${question}`));
  }
}

function configuredOf(settings: Settings & Pick<Meters[number], 'behind'>): Configured {
  const missing = new Set(Object.keys(settings.behind ?? {}));
  const shape = new Shape(settings);
  return { settings, shape, missing, heard: new Set(), once: new Set(), twice: new Set() };
}
