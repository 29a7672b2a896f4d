import { Decimal } from '@meterbridge/core/codec';
import type { MeasuredValue, Measurement, Value } from '@meterbridge/core/model';
import { portMeasurement } from './measurements.ts';
import type { Told } from './values.ts';

/** How measurements are published, by their keys without port; for all inverters alike. */
export interface PresentationSettings {
  readonly multipliers: Readonly<Record<string, number>>;
  readonly names: Readonly<Record<string, string>>;
}

/** Digits behind the point that a factor may add. */
const MORE_DECIMALS = 3;

/** Makes measured values of what was told. */
export class Presentation {
  readonly #settings: PresentationSettings;
  /** Table → port → its measurements: the same objects each time. */
  readonly #shown = new WeakMap<readonly Measurement[], Map<number | null, readonly Measurement[]>>();

  constructor(settings: PresentationSettings) {
    this.#settings = settings;
  }

  /**
   * What was told, in the order of the table.
   * @param keys what is published; null: all
   * @param port which stands in front of names and keys
   */
  of(
    table: readonly Measurement[],
    told: Told,
    keys: ReadonlySet<string> | null = null,
    port: number | null = null,
  ): readonly MeasuredValue[] {
    const shown = this.#shownOf(table, port);
    return table.flatMap(({ key }, at) => {
      const value = told.get(key);
      if (value === undefined || (keys && !keys.has(key))) return [];
      return [{ measurement: shown[at]!, value: this.#multiplied(key, value) }];
    });
  }

  #shownOf(table: readonly Measurement[], port: number | null): readonly Measurement[] {
    const byPort = this.#shown.get(table) ?? new Map<number | null, readonly Measurement[]>();
    this.#shown.set(table, byPort);
    const known = byPort.get(port) ?? table.map((plain) => this.#named(plain, port));
    byPort.set(port, known);
    return known;
  }

  #named(plain: Measurement, port: number | null): Measurement {
    const name = this.#settings.names[plain.key];
    const measurement = name === undefined ? plain : { ...plain, name };
    return port === null ? measurement : portMeasurement(measurement, port);
  }

  #multiplied(key: string, value: Value): Value {
    const factor = this.#settings.multipliers[key];
    if (factor === undefined || !(value instanceof Decimal)) return value;
    return Decimal.parse((value.toNumber() * factor).toFixed(value.decimals + MORE_DECIMALS)) ?? value;
  }
}
