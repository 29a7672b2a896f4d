import { Decimal, latin1 } from '@meterbridge/core/codec';
import type { MeasuredValue, Measurement, Value } from '@meterbridge/core/model';
import { clockText } from '../protocol/clock.ts';
import { mantissaOf, type RegisterRecord } from '../protocol/record.ts';
import { type RegisterEntry, registerEntry } from '../protocol/registers.ts';
import { kindOf, type PublishedUnit, publishedUnit } from '../protocol/unit.ts';

type Traits = Pick<Measurement, 'deviceClass' | 'stateClass'>;

const TOTALS: Readonly<Record<string, string>> = {
  Wh: 'energy', kWh: 'energy', MWh: 'energy', GWh: 'energy', J: 'energy', kJ: 'energy', MJ: 'energy', GJ: 'energy',
  cal: 'energy', kcal: 'energy', Mcal: 'energy', Gcal: 'energy', varh: 'reactive_energy', kvarh: 'reactive_energy',
  L: 'volume', 'm³': 'volume',
}; // biome-ignore format: a table

const MOMENTARY: Readonly<Record<string, string>> = {
  W: 'power', kW: 'power', MW: 'power', GW: 'power', var: 'reactive_power', kvar: 'reactive_power',
  VA: 'apparent_power', kVA: 'apparent_power', V: 'voltage', kV: 'voltage', A: 'current', '°C': 'temperature',
  K: 'temperature_delta', 'L/h': 'volume_flow_rate', 'm³/h': 'volume_flow_rate', bar: 'pressure',
}; // biome-ignore format: a table

const DURATIONS: ReadonlySet<string> = new Set(['d', 'h', 'min', 's', 'ms']);

/** By register, unit code and decimals: few, and the same each time. */
const known = new Map<string, Measurement>();

/** A register as a value that is published, in the unit that the meter sent. */
export function measuredValue(record: RegisterRecord, isWaterMeter: boolean): MeasuredValue {
  const published = publishedUnit(record.unitCode);
  const value = publishedValue(record, published);
  const decimals = value instanceof Decimal ? value.decimals : 0;
  const key = `${record.id} ${record.unitCode} ${decimals} ${isWaterMeter}`;
  const measurement = known.get(key) ?? createMeasurement(record, published, decimals, isWaterMeter);
  known.set(key, measurement);
  return { measurement, value };
}

/** A number with a unit that is published as it is. */
export function measuredNumber(id: number, value: Decimal, unit: string | null): MeasuredValue {
  const key = `${id} ${unit} ${value.decimals}`;
  const measurement =
    known.get(key) ??
    describe(registerEntry(id), unit, value.decimals, numberTraits(registerEntry(id), unit, false));
  known.set(key, measurement);
  return { measurement, value };
}

function publishedValue(record: RegisterRecord, { exponent }: PublishedUnit): Value {
  if (record.value === null) return null;
  const clock = clockText(record);
  if (clock !== undefined) return clock;
  if (kindOf(record.unitCode) === 'text') return latin1(mantissaOf(record)).replace(/[\0\s]+$/, '') || null;
  return record.value.shift(exponent);
}

function createMeasurement(
  { id, unitCode }: RegisterRecord,
  { unit }: PublishedUnit,
  decimals: number,
  isWaterMeter: boolean,
): Measurement {
  const entry = registerEntry(id);
  if (kindOf(unitCode) === 'number')
    return describe(entry, unit, decimals, numberTraits(entry, unit, isWaterMeter));
  return describe(entry, unit, null, kindOf(unitCode) === 'date' ? { deviceClass: 'date' } : {});
}

/** @param decimals null for what is no number */
function describe(
  entry: RegisterEntry,
  unit: string | null,
  decimals: number | null,
  traits: Traits,
): Measurement {
  const hasPrecision = decimals !== null && (unit !== null || traits.stateClass !== undefined);
  return {
    key: entry.name.toLowerCase(),
    name: entry.label,
    unit,
    ...traits,
    ...(hasPrecision && { precision: Math.min(decimals, 6) }),
    ...((entry.class === 'count' || entry.class === 'identity') && { diagnostic: true }),
  };
}

function numberTraits(entry: RegisterEntry, unit: string | null, isWaterMeter: boolean): Traits {
  if (entry.class === 'identity') return unit === null ? {} : { stateClass: 'measurement' };
  if (entry.class === 'count' || entry.class === 'total') {
    const quantity = unit === null ? undefined : DURATIONS.has(unit) ? 'duration' : TOTALS[unit];
    const deviceClass = quantity === 'volume' && isWaterMeter ? 'water' : quantity;
    return { ...(deviceClass && { deviceClass }), stateClass: 'total_increasing' };
  }
  // A code, such as the info code, is no quantity.
  if (unit === null) return {};
  const deviceClass = DURATIONS.has(unit) ? 'duration' : MOMENTARY[unit];
  if (deviceClass) return { deviceClass, stateClass: 'measurement' };
  // A register without a name that counts energy or volume only ever grows.
  return TOTALS[unit]
    ? { deviceClass: TOTALS[unit], stateClass: 'total_increasing' }
    : { stateClass: 'measurement' };
}
