import { Decimal } from '../codec/index.ts';
import type { Multiplier } from '../config/index.ts';
import { deviceClassFor, type MeasuredValue, type Measurement, type Reading } from '../model/index.ts';

/** How the values of a meter are published; parameters by the keys that the meter has for them. */
export interface ShapeSettings {
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
  readonly rename?: Readonly<Record<string, string>>;
  readonly multiply?: Readonly<Record<string, Multiplier>>;
  readonly names?: Readonly<Record<string, string>>;
}

interface Shaped {
  readonly measurement: Measurement;
  /** null: 1. */
  readonly factor: Decimal | null;
}

/** What the configuration makes of the readings of one meter. */
export class Shape {
  readonly #rename: ReadonlyMap<string, string>;
  /** New key → the meter's own. */
  readonly #own: ReadonlyMap<string, string>;
  readonly #names: ReadonlyMap<string, string>;
  readonly #multiply: ReadonlyMap<string, { readonly factor: Decimal; readonly unit: string | null }>;
  readonly #include: ReadonlySet<string> | null;
  readonly #exclude: ReadonlySet<string>;
  readonly #changesNothing: boolean;
  /** null: left out. */
  readonly #shaped = new WeakMap<Measurement, Shaped | null>();

  constructor({ include, exclude, rename = {}, multiply = {}, names = {} }: ShapeSettings) {
    this.#include = include ? new Set(include) : null;
    this.#exclude = new Set(exclude);
    this.#rename = new Map(Object.entries(rename));
    this.#own = new Map(Object.entries(rename).map(([own, key]) => [key, own]));
    this.#names = new Map(Object.entries(names));
    this.#multiply = new Map(
      Object.entries(multiply).map(([key, { factor, unit }]) => [
        key,
        { factor: Decimal.parse(factor)!, unit },
      ]),
    );
    this.#changesNothing = this.#include === null && this.configured.size === 0;
  }

  /** The meter's own keys of all parameters that the configuration says something about. */
  get configured(): ReadonlySet<string> {
    const maps = [this.#rename, this.#multiply, this.#names];
    return new Set([...(this.#include ?? []), ...this.#exclude, ...maps.flatMap((map) => [...map.keys()])]);
  }

  /** The key under which a parameter is published; null if it is left out. */
  keyOf(own: string): string | null {
    if (this.#exclude.has(own) || (this.#include !== null && !this.#include.has(own))) return null;
    const renamed = this.#rename.get(own);
    // Else two parameters would have the same key.
    return renamed ?? (this.#own.has(own) ? null : own);
  }

  /** The meter's own key of what is published under this one. */
  ownKeyOf(key: string): string {
    return this.#own.get(key) ?? key;
  }

  /** The reading itself if nothing changes. Measurements that are the same objects stay the same objects. */
  apply(reading: Reading): Reading {
    if (this.#changesNothing) return reading;
    const values: MeasuredValue[] = [];
    for (const { measurement, value } of reading.values) {
      const shaped = this.#shapedOf(measurement);
      if (!shaped) continue;
      const isScaled = shaped.factor !== null && value instanceof Decimal;
      values.push({
        measurement: shaped.measurement,
        value: isScaled ? value.times(shaped.factor) : value,
      });
    }
    return { ...reading, values };
  }

  #shapedOf(measurement: Measurement): Shaped | null {
    const known = this.#shaped.get(measurement);
    if (known !== undefined) return known;
    const shaped = this.#shape(measurement);
    this.#shaped.set(measurement, shaped);
    return shaped;
  }

  #shape(measurement: Measurement): Shaped | null {
    const { key: own, name } = measurement;
    const key = this.keyOf(own);
    if (key === null) return null;
    const times = this.#multiply.get(own);
    const scaled = times ? withUnit(measurement, times.factor, times.unit) : measurement;
    if (key === own && !this.#names.has(own)) return { measurement: scaled, factor: times?.factor ?? null };
    return {
      measurement: { ...scaled, key, name: this.#names.get(own) ?? name },
      factor: times?.factor ?? null,
    };
  }
}

/** Home Assistant refuses a unit that does not belong to the device class. */
function withUnit(measurement: Measurement, factor: Decimal, unit: string | null): Measurement {
  const { deviceClass: before, precision, ...rest } = measurement;
  const deviceClass = unit === null ? before : deviceClassFor(unit, before);
  return {
    ...rest,
    unit: unit ?? measurement.unit,
    ...(deviceClass !== undefined && { deviceClass }),
    ...(precision !== undefined && { precision: Math.max(0, precision - magnitude(factor)) }),
  };
}

/** The power of ten of the first digit: 3 for 1000, 1 for 40, -3 for 0.001. */
function magnitude({ mantissa, decimals }: Decimal): number {
  return String(mantissa).replace('-', '').length - 1 - decimals;
}
