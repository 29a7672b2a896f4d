import { Decimal } from '@meterbridge/core/codec';
import { isInstant, type MeasuredValue, type Measurement } from '@meterbridge/core/model';
import { type ObisEntry, obisEntries } from '../protocol/obis.ts';
import type { ListEntry, P1Object } from '../protocol/object.ts';
import { aliasOf } from './aliases.ts';
import { highlightsOf } from './highlights.ts';
import { NetPower, netPart } from './net-power.ts';
import { Totals, totalPart } from './totals.ts';
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
  // A text says what this number means: see highlights.ts.
  if (key === 'actual_switch_position') return { key, name, unit, unannounced: true };
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

/** Values that are computed from others; what users do not want they can switch off. */
export interface Computed {
  /** Energy over all tariffs. */
  readonly totals: boolean;
  /** Import less export. */
  readonly netPower: boolean;
}

/** What else is made of the objects, by entry. */
const more = obisEntries.map((entry) => {
  if (entry.channel > 0) return null;
  const made = {
    alias: aliasOf(entry),
    total: totalPart(entry),
    net: netPart(entry),
    highlights: highlightsOf(entry),
  };
  return Object.values(made).some((one) => one !== null) ? made : null;
});

/** What the objects of the electricity meter say; those of meters behind the port tell nothing here. */
export function electricityValues(objects: readonly P1Object[], computed: Computed): MeasuredValue[] {
  const values: MeasuredValue[] = [];
  const totals = computed.totals ? new Totals() : null;
  const netPower = computed.netPower ? new NetPower() : null;
  for (const object of objects) {
    const { entry } = object;
    if (entry === null || entry.channel !== 0) continue;
    const measured = measuredValue(object, entry);
    values.push(measured);
    const made = more[entry.index];
    if (!made) continue;
    const number = measured.value instanceof Decimal ? measured.value : null;
    if (made.alias)
      values.push({ measurement: made.alias.measurement, value: number?.shift(made.alias.exponent) ?? null });
    if (made.total) totals?.add(made.total, number);
    if (made.net) netPower?.add(made.net, number);
    made.highlights?.(object, values);
  }
  totals?.appendTo(values);
  netPower?.appendTo(values);
  return values;
}

/** Registers at the end of the month, as Hungarian meters send them under the code of the Belgian peaks. */
const lastMonth: Measurement = {
  key: 'last_month_data',
  name: 'Registers at the end of the last month',
  unit: null,
  unannounced: true,
};

function measuredValue({ value, unit, details }: P1Object, entry: ObisEntry): MeasuredValue {
  const measurement = details?.name === lastMonth.key ? lastMonth : measurements[entry.index]!;
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
