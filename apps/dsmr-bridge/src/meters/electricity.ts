import { Decimal } from '@meterbridge/core/codec';
import { isInstant, type MeasuredValue, type Measurement } from '@meterbridge/core/model';
import { type ObisEntry, obisEntries } from '../protocol/obis.ts';
import type { ListEntry, P1Object } from '../protocol/object.ts';
import { inPublishedUnit, unitTraits } from './units.ts';

/** Identifiers and the like: of interest when something is wrong, not every day. */
const DETAILS: ReadonlySet<string> = new Set(['text', 'octets', 'time', 'state', 'integer']);
const EVERYDAY: ReadonlySet<string> = new Set(['electricity_active_tariff', 'electricity_active_tariff_il']);
/** Limits that are set once; they are quantities, but tell nothing of the house. */
const LIMITS =
  /^(?:actual_treshold|fuse_threshold|minimum_power_factor|measurement_period|voltage_(?:sag|swell)_(?:duration|magnitude))/;

/** The measurement of an object in a unit that is published; the same one each time. */
export function measurementOf(entry: ObisEntry, unit: string | null): Measurement {
  const usual = measurements[entry.index]!;
  if (usual.unit === unit) return usual;
  const key = `${entry.code} ${unit}`;
  const known = otherUnits.get(key);
  if (known) return known;
  const measurement = createMeasurement(entry, unit);
  otherUnits.set(key, measurement);
  return measurement;
}

const measurements = obisEntries.map((entry) => createMeasurement(entry, entry.unit));
/** By code and unit. */
const otherUnits = new Map<string, Measurement>();

function createMeasurement(entry: ObisEntry, unit: string | null): Measurement {
  const { name: key, kind, label: name } = entry;
  if (kind === 'raw' || kind === 'pair' || kind === 'failures' || kind === 'peaks') {
    return { key, name, unit: null, unannounced: true };
  }
  if (kind === 'time')
    return { key, name, unit: null, deviceClass: 'timestamp', diagnostic: true, disabledByDefault: true };
  if (kind === 'integer' && key.endsWith('_count')) {
    return { key, name, unit: null, stateClass: 'total_increasing', precision: 0, diagnostic: true };
  }
  if (key.includes('power_factor')) {
    return { key, name, unit: null, deviceClass: 'power_factor', stateClass: 'measurement', precision: 3 };
  }
  const diagnostic = (DETAILS.has(kind) && !EVERYDAY.has(key)) || LIMITS.test(key);
  return { key, name, unit, ...(unit === null ? {} : unitTraits[unit]), ...(diagnostic && { diagnostic }) };
}

const peakTime: Measurement = {
  key: 'belgium_maximum_demand_month_time',
  name: 'Peak demand of the month, time',
  unit: null,
  deviceClass: 'timestamp',
};

/** What else is made of the value of an object. */
interface Derived {
  /** A name that other programs gave to the same value: published, but not announced again. */
  readonly alias: { readonly measurement: Measurement; readonly exponent: number } | null;
  /** Its part in the total import or export. */
  readonly part: { readonly of: typeof IMPORT | typeof EXPORT; readonly tariff: number } | null;
}

const IMPORT = 0;
const EXPORT = 1;

const derived = obisEntries.map(({ code }): Derived | null => {
  const energy = /^1-[01]:([12])\.8\.([0-4])$/.exec(code);
  if (energy)
    return { alias: null, part: { of: energy[1] === '1' ? IMPORT : EXPORT, tariff: Number(energy[2]) } };
  const alias = aliasOf(code);
  return alias && { alias, part: null };
});

function aliasOf(code: string): Derived['alias'] {
  for (const phase of [1, 2, 3]) {
    const alias = (key: string, name: string, unit: string, exponent: number): Derived['alias'] => {
      const measurement = {
        key: `${key}_l${phase}`,
        name: `${name} L${phase}`,
        unit,
        ...unitTraits[unit],
        unannounced: true,
      };
      return { measurement, exponent };
    };
    // Value group C of the phases is 20 apart (IEC 62056-61).
    if (code === `1-0:${11 + 20 * phase}.7.0`) return alias('current', 'Current', 'A', 0);
    if (code === `1-0:${12 + 20 * phase}.7.0`) return alias('voltage', 'Voltage', 'V', 0);
    if (code === `1-0:${2 + 20 * phase}.7.0`) return alias('power_generated', 'Power export', 'W', 3);
  }
  return null;
}

/** By direction. */
const TOTALS = [
  totalMeasurements('electricity_active_import_total', 'Energy import total'),
  totalMeasurements('electricity_active_export_total', 'Energy export total'),
] as const;

function totalMeasurements(
  key: string,
  name: string,
): { readonly sent: Measurement; readonly summed: Measurement } {
  const summed: Measurement = { key, name, unit: 'kWh', ...unitTraits.kWh };
  // Where the meter sends a total of its own, that one is announced.
  return { sent: { ...summed, unannounced: true }, summed };
}

/** What the objects of the electricity meter say; those of meters behind the port tell nothing here. */
export function electricityValues(objects: readonly P1Object[]): MeasuredValue[] {
  const values: MeasuredValue[] = [];
  const totals = [new Total(), new Total()] as const;
  for (const object of objects) {
    const { entry } = object;
    if (entry === null || entry.channel !== 0) continue;
    const measured = measuredValue(object, entry);
    values.push(measured);
    if (entry.kind === 'peak')
      values.push({ measurement: peakTime, value: object.details?.timestamp ?? null });
    const more = derived[entry.index];
    if (!more) continue;
    const number = measured.value instanceof Decimal ? measured.value : null;
    if (more.alias)
      values.push({ measurement: more.alias.measurement, value: number?.shift(more.alias.exponent) ?? null });
    if (more.part) totals[more.part.of].add(more.part.tariff, number);
  }
  for (const direction of [IMPORT, EXPORT] as const) {
    const { sent, summed } = TOTALS[direction];
    const total = totals[direction];
    const value = total.value();
    if (value !== undefined) values.push({ measurement: total.isSent ? sent : summed, value });
  }
  return values;
}

type Register = Decimal | null | undefined;

/** Energy over all tariffs: as the meter sends it, else the exact sum of its tariffs. */
class Total {
  /** By tariff, 0 being the meter's own total; a code that is sent twice counts with its last value. */
  readonly #registers: Register[] = [undefined, undefined, undefined, undefined, undefined];

  add(tariff: number, energy: Decimal | null): void {
    this.#registers[tariff] = energy;
  }

  get isSent(): boolean {
    return this.#registers[0] !== undefined;
  }

  /** undefined if the meter sends no such register, null if one of them has no value: a partial sum would be false. */
  value(): Register {
    if (this.isSent) return this.#registers[0];
    let sum: Decimal | undefined;
    for (const energy of this.#registers) {
      if (energy === null) return null;
      if (energy) sum = sum ? sum.plus(energy) : energy;
    }
    return sum;
  }
}

function measuredValue({ value, unit }: P1Object, entry: ObisEntry): MeasuredValue {
  const measurement = measurements[entry.index]!;
  if (value instanceof Decimal) {
    if (entry.unit === null || unit === entry.unit) return { measurement, value };
    const published = inPublishedUnit(value, unit);
    return published
      ? { measurement: measurementOf(entry, published.unit), value: published.value }
      : { measurement, value: null };
  }
  if (value === null || typeof value === 'string' || isInstant(value)) return { measurement, value };
  return {
    measurement,
    value: value.map((row: ListEntry | string) => (typeof row === 'string' ? { value: row } : row)),
  };
}
