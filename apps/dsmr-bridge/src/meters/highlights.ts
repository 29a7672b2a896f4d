import { Decimal } from '@meterbridge/core/codec';
import type { Instant, MeasuredValue, Measurement, Value } from '@meterbridge/core/model';
import type { ObisEntry } from '../protocol/obis.ts';
import type { ListEntry, P1Object } from '../protocol/object.ts';
import { inPublishedUnit, unitTraits } from './units.ts';

const time = { unit: null, deviceClass: 'timestamp' } as const;

const PEAK_TIME: Measurement = {
  key: 'belgium_maximum_demand_month_time',
  name: 'Peak demand of the month, time',
  ...time,
};
const LAST_PEAK: Measurement = {
  key: 'belgium_maximum_demand_last_month',
  name: 'Peak demand of the last month',
  unit: 'kW',
  ...unitTraits.kW,
};
const LAST_PEAK_TIME: Measurement = {
  key: 'belgium_maximum_demand_last_month_time',
  name: 'Peak demand of the last month, time',
  ...time,
};
const LAST_MONTH_TIME: Measurement = {
  key: 'last_month_data_time',
  name: 'Registers at the end of the last month, time',
  ...time,
};
const FAILURE_END: Measurement = {
  key: 'last_power_failure',
  name: 'Last power failure, end',
  ...time,
  diagnostic: true,
};
const FAILURE_DURATION: Measurement = {
  key: 'last_power_failure_duration',
  name: 'Last power failure, duration',
  unit: 's',
  ...unitTraits.s,
  diagnostic: true,
};
const limit = { unit: 'A', ...unitTraits.A, diagnostic: true } as const;
const THRESHOLDS: readonly Measurement[] = [
  { key: 'current_threshold_import', name: 'Current limit import', ...limit },
  { key: 'current_threshold_export', name: 'Current limit export', ...limit },
];
/** Control states 0, 1 and 2 of a disconnect control (DLMS UA 1000-1). */
const BREAKER_STATES = ['disconnected', 'connected', 'ready_for_reconnection'];
const BREAKER: Measurement = {
  key: 'breaker_state',
  name: 'Breaker',
  unit: null,
  deviceClass: 'enum',
  options: BREAKER_STATES,
  diagnostic: true,
};

type Highlights = (object: P1Object, values: MeasuredValue[]) => void;

/** What is shown of objects that are lists, codes, or more than one value; null if an object speaks for itself. */
export function highlightsOf({ kind, name }: ObisEntry): Highlights | null {
  if (kind === 'peak') return pushPeakTime;
  if (kind === 'peaks') return pushLastPeak;
  if (kind === 'failures') return pushLastFailure;
  if (kind === 'pair') return pushThresholds;
  return name === 'actual_switch_position' ? pushBreaker : null;
}

function pushPeakTime({ details }: P1Object, values: MeasuredValue[]): void {
  values.push({ measurement: PEAK_TIME, value: details?.timestamp ?? null });
}

/** Hungary sends something else under this code: all registers at one time. */
function pushLastPeak({ value, details }: P1Object, values: MeasuredValue[]): void {
  if (details?.name !== undefined) {
    values.push({ measurement: LAST_MONTH_TIME, value: details.timestamp ?? null });
    return;
  }
  const last = latest(value);
  const peak = last?.value ? inPublishedUnit(last.value, last.unit) : null;
  values.push({ measurement: LAST_PEAK, value: peak?.unit === 'kW' ? peak.value : null });
  values.push({ measurement: LAST_PEAK_TIME, value: last?.occurred ?? null });
}

function pushLastFailure({ value }: P1Object, values: MeasuredValue[]): void {
  const last = latest(value);
  values.push({ measurement: FAILURE_END, value: last?.timestamp ?? null });
  values.push({ measurement: FAILURE_DURATION, value: last?.unit === 's' ? last.value : null });
}

/** Luxembourg: the limit of import, then that of export, which is negative (P1 specification 1.1.3). */
function pushThresholds({ value }: P1Object, values: MeasuredValue[]): void {
  THRESHOLDS.forEach((measurement, at) => {
    const row = Array.isArray(value) ? value[at] : undefined;
    const current = typeof row === 'object' && row.value ? inPublishedUnit(row.value, row.unit) : null;
    values.push({ measurement, value: current?.unit === 'A' ? current.value : null });
  });
}

/** The row with the latest time; meters list them in any order. */
function latest(rows: P1Object['value']): ListEntry | null {
  let last: ListEntry | null = null;
  if (!Array.isArray(rows)) return null;
  for (const row of rows) {
    if (typeof row !== 'string' && msOf(row.timestamp) > msOf(last?.timestamp)) last = row;
  }
  return last;
}

function msOf(instant: Instant | null | undefined): number {
  return instant?.epochMs ?? Number.NEGATIVE_INFINITY;
}

/** A number, or the words of Hungarian meters. */
function pushBreaker({ value }: P1Object, values: MeasuredValue[]): void {
  values.push({ measurement: BREAKER, value: breakerState(value) });
}

function breakerState(value: P1Object['value']): Value {
  if (value instanceof Decimal) return BREAKER_STATES[value.toNumber()] ?? null;
  if (value === 'ON') return 'connected';
  return value === 'OFF' ? 'disconnected' : null;
}
