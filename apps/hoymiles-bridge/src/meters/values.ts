import { Decimal } from '@meterbridge/core/codec';
import type { Value } from '@meterbridge/core/model';
import { alarmText } from '../protocol/alarms.ts';
import { type Production, sumOf, sumOfAll } from '../protocol/production.ts';
import type { Activity } from './measurements.ts';
import { ALARM, type InverterState, isLive, type PlantState, type PortState, plantPower } from './plant.ts';

/** Values by the keys of their measurements; null: not told this time. */
export type Told = ReadonlyMap<string, Value>;

/** W; who produces so much shows that there is sun. */
const SUNNY_W = 20;

export function isSunny(plant: PlantState): boolean {
  return plantPower(plant).toNumber() > SUNNY_W;
}

/** @param isDay others have sun */
export function activityOf(inverter: InverterState, isDay: boolean): Activity {
  if (!isLive(inverter)) return isDay ? 'offline' : 'asleep';
  return inverter.status === ALARM ? 'alarm' : 'producing';
}

/** Of a whole plant. */
export function plantValues(plant: PlantState, activities: readonly Activity[], sum: Production): Told {
  const hasAlarm = plant.inverters.some(
    ({ isLinked, status, alarmCode }) => isLinked && (status === ALARM || (alarmCode ?? 0) !== 0),
  );
  const busy = (['producing', 'alarm'] as const).find((activity) => activities.includes(activity));
  const told = new Map<string, Value>([
    ['state', busy ?? 'asleep'],
    ['pv_power', plantPower(plant)],
    ...energies(sum),
    ['alarm_flag', hasAlarm ? 'ON' : 'OFF'],
  ]);
  const limits = plant.inverters.filter(isLive).flatMap(({ values }) => values.get('power_limit') ?? []);
  if (limits.length > 0) told.set('power_limit', commonOf(limits));
  else if (plant.powerLimit) told.set('power_limit', plant.powerLimit);
  if (plant.signal) told.set('signal_strength', plant.signal);
  return told;
}

/** Null where they differ. */
function commonOf([first, ...others]: readonly Decimal[]): Decimal | null {
  return first && others.every((one) => one.compare(first) === 0) ? first : null;
}

/** @param production of its ports, in their order */
export function inverterValues(
  inverter: InverterState,
  production: readonly Production[],
  activity: Activity,
): Told {
  const { serial, isLinked, status, alarmCode, alarmCount, ports, values } = inverter;
  const live = isLive(inverter);
  const told = new Map<string, Value>(Array.from(values, ([key, value]) => [key, live ? value : null]));
  if (ports.length > 0) {
    told.set('pv_power', live ? powerOf(ports) : null);
    told.set('today_production', kilowattHours(sumOf(production.map(({ today }) => today))));
    told.set('total_production', kilowattHours(sumOfAll(production.map(({ total }) => total))));
  }
  told.set('state', activity);
  told.set('operating_status', new Decimal(status));
  told.set('alarm_code', alarmCode === null ? null : new Decimal(alarmCode));
  told.set('alarm_text', alarmCode === null ? null : alarmText(alarmCode, serial));
  told.set('alarm_count', alarmCount === null ? null : new Decimal(alarmCount));
  told.set('link_status', new Decimal(isLinked ? 1 : 0));
  return told;
}

/** @param isReached its inverter is */
export function portValues(
  { isHeard, voltage, current, power }: PortState,
  production: Production,
  isReached: boolean,
): Told {
  const live = isReached && isHeard;
  return new Map<string, Value>([
    ['pv_voltage', live ? voltage : null],
    ['pv_current', live ? current : null],
    ['pv_power', live ? power : null],
    ...energies(production),
  ]);
}

/** @param isReversed what it counts as export is import */
export function meterValues(values: ReadonlyMap<string, Decimal>, isReversed: boolean): Told {
  const [into, out] = isReversed ? ['pos', 'neg'] : ['neg', 'pos'];
  const told = new Map<string, Value>(
    Array.from(values, ([key, value]) => [key.replace(/_[wva]$/, ''), value]),
  );
  told.set('energy_import', values.get(`energy_${into}_wh`)?.shift(-3) ?? null);
  told.set('energy_export', values.get(`energy_${out}_wh`)?.shift(-3) ?? null);
  return told;
}

/** Null as long as one of them is not told. */
function powerOf(ports: readonly PortState[]): Decimal | null {
  if (!ports.every(({ isHeard }) => isHeard)) return null;
  return ports.reduce((sum, { power }) => sum.plus(power), new Decimal(0, 1));
}

/** In kWh. */
export function energies({ today, total }: Production): Told {
  return new Map([
    ['today_production', kilowattHours(today)],
    ['total_production', kilowattHours(total)],
  ]);
}

function kilowattHours(wattHours: number | null): Decimal | null {
  return wattHours === null ? null : new Decimal(wattHours, 3);
}
