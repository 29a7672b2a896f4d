import { Decimal } from '../codec/index.ts';
import {
  formatInstant,
  type Instant,
  type Measurement,
  type Meter,
  type Reading,
  type Value,
  valueToText,
} from '../model/index.ts';
import type { MeterUpdate } from '../page/index.ts';

/** What a meter told last. */
export interface KnownMeter {
  readonly meter: Meter;
  /** Id of the line it is read on. */
  readonly line: string;
  readonly time: Instant;
  /** Every measurement it ever told; null where it told nothing this time. */
  readonly values: ReadonlyMap<string, KnownValue>;
}

export interface KnownValue {
  readonly measurement: Measurement;
  readonly value: Value;
}

/** The last reading of each meter. */
export class LastReadings {
  readonly #meters = new Map<string, KnownMeter>();

  received({ meter, time, values }: Reading, line: string): KnownMeter {
    const known = new Map<string, KnownValue>();
    for (const [key, { measurement }] of this.#meters.get(meter.uniqueId)?.values ?? [])
      known.set(key, { measurement, value: null });
    for (const measured of values) known.set(measured.measurement.key, measured);
    const last = { meter, line, time, values: known };
    this.#meters.set(meter.uniqueId, last);
    return last;
  }

  forget({ uniqueId }: Meter): void {
    this.#meters.delete(uniqueId);
  }

  /** These parameters are not shown any more. */
  withdraw(meter: Meter, keys: readonly string[]): void {
    const known = this.of(meter);
    if (!known) return;
    const values = [...known.values].filter(([key]) => !keys.includes(key));
    this.#meters.set(meter.uniqueId, { ...known, values: new Map(values) });
  }

  of(meter: Meter): KnownMeter | undefined {
    return this.#meters.get(meter.uniqueId);
  }

  all(): Iterable<KnownMeter> {
    return this.#meters.values();
  }
}

export function updateOf({ meter, time, values }: KnownMeter): MeterUpdate {
  const texts = Array.from(
    values,
    ([key, { value }]) => [key, value === null ? null : valueToText(value)] as const,
  );
  return { id: meter.id, time: formatInstant(time), texts: Object.fromEntries(texts) };
}

/** The values that are numbers. */
export function* numbersOf({ values }: KnownMeter): Generator<{
  readonly measurement: Measurement;
  readonly number: number;
}> {
  for (const { measurement, value } of values.values())
    if (value instanceof Decimal) yield { measurement, number: value.toNumber() };
}
