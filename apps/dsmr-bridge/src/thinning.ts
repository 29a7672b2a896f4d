import { Decimal } from '@meterbridge/core/codec';
import { isInstant, type MeasuredValue, type Reading, type Value } from '@meterbridge/core/model';

export interface ThinningSettings {
  /** Milliseconds between two readings that are published; null: each one is. */
  readonly intervalMs: number | null;
  /** In between, a reading is published in which one of these has changed by more than so much. */
  readonly deadband: ReadonlyMap<string, Decimal>;
}

/** Meters tell the time of their telegram to the second; two of them are never exactly an interval apart. */
const SLACK_MS = 500;

/** Chooses the readings of a meter that are published. The others only say that it is there. */
export class Thinning {
  readonly #settings: ThinningSettings;
  #published: { readonly ms: number; readonly values: ReadonlyMap<string, Value> } | null = null;

  constructor(settings: ThinningSettings) {
    this.#settings = settings;
  }

  /** @param receivedMs on a clock that never jumps */
  pass(reading: Reading, receivedMs: number): Reading {
    const { intervalMs } = this.#settings;
    if (intervalMs === null) return reading;
    const last = this.#published;
    const isDue = last === null || receivedMs - last.ms >= intervalMs - SLACK_MS;
    if (!isDue && !reading.values.some((measured) => this.#hasChanged(measured, last.values)))
      return { ...reading, unchanged: true };
    const values = new Map(reading.values.map(({ measurement, value }) => [measurement.key, value]));
    this.#published = { ms: receivedMs, values };
    return reading;
  }

  #hasChanged({ measurement, value }: MeasuredValue, published: ReadonlyMap<string, Value>): boolean {
    const { deadband } = this.#settings;
    if (deadband.size === 0) return false;
    const before = published.get(measurement.key) ?? null;
    // States and messages are news whatever the deadbands are; lists and times are told with the next reading.
    if (typeof value === 'string' || typeof before === 'string') return value !== before;
    if (!(value instanceof Decimal) || isInstant(before)) return false;
    const band = measurement.unit === null ? undefined : deadband.get(measurement.unit);
    if (!band) return false;
    if (!(before instanceof Decimal)) return true;
    const change = value.minus(before);
    return change.compare(band) > 0 || new Decimal(0).minus(change).compare(band) > 0;
  }
}
