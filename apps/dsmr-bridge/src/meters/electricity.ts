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
  let variants = otherUnits.get(entry);
  if (!variants) otherUnits.set(entry, (variants = new Map()));
  let measurement = variants.get(unit);
  if (!measurement) variants.set(unit, (measurement = createMeasurement(entry, unit)));
  return measurement;
}

const measurements = obisEntries.map((entry) => createMeasurement(entry, entry.unit));
const otherUnits = new Map<ObisEntry, Map<string | null, Measurement>>();

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
  readonly total: { readonly of: 'import' | 'export'; readonly tariff: number } | null;
}

const derived = obisEntries.map(({ code }): Derived | null => {
  const energy = /^1-[01]:([12])\.8\.([0-4])$/.exec(code);
  if (energy) return { alias: null, total: { of: energy[1] === '1' ? 'import' : 'export', tariff: Number(energy[2]) } };
  const alias = aliasOf(code);
  return alias && { alias, total: null };
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

const TOTALS = {
  import: totalMeasurements('electricity_active_import_total', 'Energy import total'),
  export: totalMeasurements('electricity_active_export_total', 'Energy export total'),
};

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
  const totals = { import: new Total(), export: new Total() };
  for (const object of objects) {
    const { entry } = object;
    if (!entry || entry.channel !== 0) continue;
    const measured = measuredValue(object, entry);
    values.push(measured);
    if (entry.kind === 'peak') {
      values.push({ measurement: peakTime, value: object.details?.timestamp ?? null });
    }
    const more = derived[entry.index];
    if (!more) continue;
    const number = measured.value instanceof Decimal ? measured.value : null;
    if (more.alias)
      values.push({ measurement: more.alias.measurement, value: number?.shift(more.alias.exponent) ?? null });
    if (more.total) totals[more.total.of].add(more.total.tariff, number);
  }
  for (const direction of ['import', 'export'] as const) {
    const total = totals[direction].value();
    if (total === undefined) continue;
    const { sent, summed } = TOTALS[direction];
    values.push({ measurement: totals[direction].isSent ? sent : summed, value: total });
  }
  return values;
}

/** Energy over all tariffs: as the meter sends it, else the exact sum of its tariffs. */
class Total {
  /** By tariff, 0 being the meter's own total; a code that is sent twice counts with its last value. */
  readonly #registers: (Decimal | null | undefined)[] = [];

  add(tariff: number, energy: Decimal | null): void {
    this.#registers[tariff] = energy;
  }

  get isSent(): boolean {
    return this.#registers[0] !== undefined;
  }

  /** undefined if the meter sends no such register, null if one of them has no value: a partial sum would be false. */
  value(): Decimal | null | undefined {
    if (this.isSent) return this.#registers[0];
    let sum: Decimal | undefined;
    for (const energy of this.#registers) {
      if (energy === null) return null;
      if (energy) sum = sum ? sum.plus(energy) : energy;
    }
    return sum;
  }
}

function measuredValue(object: P1Object, entry: ObisEntry): MeasuredValue {
  const { value } = object;
  const usual = measurements[entry.index]!;
  if (object.unit === usual.unit && (value instanceof Decimal || value === null))
    return { measurement: usual, value };
  if (value instanceof Decimal && entry.unit !== null) {
    const published = inPublishedUnit(value, object.unit);
    return {
      measurement: measurementOf(entry, published?.unit ?? entry.unit),
      value: published?.value ?? null,
    };
  }
  const measurement = measurementOf(entry, entry.unit);
  if (value === null || typeof value === 'string' || value instanceof Decimal || isInstant(value)) {
    return { measurement, value };
  }
  return {
    measurement,
    value: value.map((row: ListEntry | string) => (typeof row === 'string' ? { value: row } : { ...row })),
  };
}
