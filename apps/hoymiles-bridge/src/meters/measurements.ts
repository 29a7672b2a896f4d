import type { Measurement } from '@meterbridge/core/model';

const POWER = { unit: 'W', deviceClass: 'power', stateClass: 'measurement', precision: 1 } as const;
const REACTIVE = {
  unit: 'var',
  deviceClass: 'reactive_power',
  stateClass: 'measurement',
  precision: 1,
} as const;
const VOLTAGE = { unit: 'V', deviceClass: 'voltage', stateClass: 'measurement', precision: 1 } as const;
const CURRENT = { unit: 'A', deviceClass: 'current', stateClass: 'measurement', precision: 2 } as const;
const FREQUENCY = { unit: 'Hz', deviceClass: 'frequency', stateClass: 'measurement', precision: 2 } as const;
const ENERGY = { unit: 'kWh', deviceClass: 'energy', stateClass: 'total_increasing', precision: 3 } as const;
const FACTOR = { unit: null, deviceClass: 'power_factor', stateClass: 'measurement', precision: 3 } as const;
const TEMPERATURE = {
  unit: '°C',
  deviceClass: 'temperature',
  stateClass: 'measurement',
  precision: 1,
} as const;

const ACTIVITIES = ['producing', 'alarm', 'asleep', 'offline'] as const;
/** What an inverter does. asleep: there is not enough sun; offline: others produce, this one is not reached. */
export type Activity = (typeof ACTIVITIES)[number];

const STATE: Measurement = {
  key: 'state',
  name: 'State',
  unit: null,
  deviceClass: 'enum',
  options: ACTIVITIES,
};

const diagnostic = (key: string, name: string): Measurement => ({ key, name, unit: null, diagnostic: true });

const POWER_LIMIT: Measurement = {
  ...diagnostic('power_limit', 'Power limit'),
  unit: '%',
  stateClass: 'measurement',
  precision: 1,
};

/** Of a DTU: its whole plant. */
export const DTU_MEASUREMENTS: readonly Measurement[] = [
  STATE,
  { key: 'pv_power', name: 'PV power', ...POWER },
  { key: 'today_production', name: 'Production today', ...ENERGY, resets: true },
  { key: 'total_production', name: 'Production total', ...ENERGY },
  { key: 'alarm_flag', name: 'Alarm', unit: null, deviceClass: 'enum', options: ['OFF', 'ON'] },
  POWER_LIMIT,
  {
    ...diagnostic('signal_strength', 'Signal strength'),
    unit: '%',
    stateClass: 'measurement',
    precision: 0,
  },
];

export const INVERTER_MEASUREMENTS: readonly Measurement[] = [
  STATE,
  { key: 'pv_power', name: 'PV power', ...POWER },
  { key: 'today_production', name: 'Production today', ...ENERGY, resets: true },
  { key: 'total_production', name: 'Production total', ...ENERGY },
  { key: 'power', name: 'Power', ...POWER },
  { key: 'reactive_power', name: 'Reactive power', ...REACTIVE },
  { key: 'power_factor', name: 'Power factor', ...FACTOR },
  { key: 'grid_voltage', name: 'Grid voltage', ...VOLTAGE },
  { key: 'grid_voltage_l1', name: 'Grid voltage L1', ...VOLTAGE },
  { key: 'grid_voltage_l2', name: 'Grid voltage L2', ...VOLTAGE },
  { key: 'grid_voltage_l3', name: 'Grid voltage L3', ...VOLTAGE },
  { key: 'grid_voltage_l1_l2', name: 'Grid voltage L1-L2', ...VOLTAGE },
  { key: 'grid_voltage_l2_l3', name: 'Grid voltage L2-L3', ...VOLTAGE },
  { key: 'grid_voltage_l3_l1', name: 'Grid voltage L3-L1', ...VOLTAGE },
  { key: 'grid_frequency', name: 'Grid frequency', ...FREQUENCY },
  { key: 'current', name: 'Current', ...CURRENT },
  { key: 'current_l1', name: 'Current L1', ...CURRENT },
  { key: 'current_l2', name: 'Current L2', ...CURRENT },
  { key: 'current_l3', name: 'Current L3', ...CURRENT },
  { key: 'temperature', name: 'Temperature', ...TEMPERATURE },
  POWER_LIMIT,
  diagnostic('operating_status', 'Operating status'),
  diagnostic('alarm_code', 'Alarm code'),
  diagnostic('alarm_text', 'Alarm'),
  diagnostic('alarm_count', 'Alarm count'),
  diagnostic('link_status', 'Link status'),
];

/** Of a port; on its inverter each has `port_1_` and the like in front. */
export const PORT_MEASUREMENTS: readonly Measurement[] = [
  { key: 'pv_voltage', name: 'PV voltage', ...VOLTAGE },
  { key: 'pv_current', name: 'PV current', ...CURRENT },
  { key: 'pv_power', name: 'PV power', ...POWER },
  { key: 'today_production', name: 'Production today', ...ENERGY, resets: true },
  { key: 'total_production', name: 'Production total', ...ENERGY },
];

/** Of a meter behind a DTU. */
export const METER_MEASUREMENTS: readonly Measurement[] = [
  { key: 'power', name: 'Power', ...POWER, precision: 0 },
  { key: 'power_l1', name: 'Power L1', ...POWER, precision: 0 },
  { key: 'power_l2', name: 'Power L2', ...POWER, precision: 0 },
  { key: 'power_l3', name: 'Power L3', ...POWER, precision: 0 },
  { key: 'power_factor', name: 'Power factor', ...FACTOR },
  { key: 'energy_import', name: 'Energy import', ...ENERGY, precision: 2 },
  { key: 'energy_export', name: 'Energy export', ...ENERGY, precision: 2 },
  { key: 'voltage_l1', name: 'Voltage L1', ...VOLTAGE },
  { key: 'voltage_l2', name: 'Voltage L2', ...VOLTAGE },
  { key: 'voltage_l3', name: 'Voltage L3', ...VOLTAGE },
  { key: 'current_l1', name: 'Current L1', ...CURRENT },
  { key: 'current_l2', name: 'Current L2', ...CURRENT },
  { key: 'current_l3', name: 'Current L3', ...CURRENT },
];

/** `port_1_pv_power`: on the inverter, the ports have the names of their number in front. */
export function portMeasurement(measurement: Measurement, port: number): Measurement {
  const { key, name } = measurement;
  return { ...measurement, key: `port_${port}_${key}`, name: `Port ${port} ${name}` };
}
