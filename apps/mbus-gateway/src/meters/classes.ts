import type { Measurement } from '@meterbridge/core/model';

type Traits = Omit<Measurement, 'key' | 'unit'>;

/** What is published for a quantity in one of its base units. */
export interface Published extends Traits {
  /** Key, before storage, tariff and the like are added. */
  readonly key: string;
  readonly unit: string | null;
  /** Power of ten from the base unit. */
  readonly exponent?: number;
  /** What else the base unit is multiplied with; hours are 3600 seconds, so this may be a fraction. */
  readonly factor?: { readonly times?: number; readonly dividedBy?: number; readonly decimals?: number };
}

const total = { stateClass: 'total_increasing' } as const;
const measurement = { stateClass: 'measurement' } as const;
const diagnostic = { diagnostic: true } as const;
const HOURS = { dividedBy: 3600, decimals: 3 };

const energy = { name: 'Energy', deviceClass: 'energy', ...total };
const power = { key: 'power', name: 'Power', unit: 'W', deviceClass: 'power', ...measurement };
const flowRate = {
  key: 'flow_rate',
  name: 'Flow rate',
  unit: 'm³/h',
  deviceClass: 'volume_flow_rate',
  ...measurement,
};
const volume = { key: 'volume', name: 'Volume', deviceClass: 'volume', ...total };

function temperature(key: string, name: string, unit = '°C'): Published {
  return { key, name, unit, deviceClass: 'temperature', ...measurement };
}

function hours(key: string, name: string, traits: Partial<Traits> = {}): Published {
  return {
    key,
    name,
    unit: 'h',
    deviceClass: 'duration',
    ...measurement,
    factor: HOURS,
    ...diagnostic,
    ...traits,
  };
}

/** By quantity and base unit; what is not listed is published as it comes. */
export const PUBLISHED: Readonly<Record<string, Published>> = {
  'energy Wh': { key: 'energy', unit: 'kWh', exponent: -3, ...energy },
  'energy J': { ...energy, key: 'energy_gj', name: 'Energy in GJ', unit: 'GJ', exponent: -9 },
  'energy cal': { ...energy, key: 'energy_mcal', name: 'Energy in Mcal', unit: 'Mcal', exponent: -6 },
  'reactive_energy varh': {
    key: 'reactive_energy',
    name: 'Reactive energy',
    unit: 'kvarh',
    exponent: -3,
    deviceClass: 'reactive_energy',
    ...total,
  },
  'apparent_energy VAh': {
    key: 'apparent_energy',
    name: 'Apparent energy',
    unit: 'kVAh',
    exponent: -3,
    ...total,
  },
  'power W': power,
  'power J/h': { ...power, factor: HOURS },
  'reactive_power var': {
    key: 'reactive_power',
    name: 'Reactive power',
    unit: 'var',
    deviceClass: 'reactive_power',
    ...measurement,
  },
  'apparent_power VA': {
    key: 'apparent_power',
    name: 'Apparent power',
    unit: 'VA',
    deviceClass: 'apparent_power',
    ...measurement,
  },
  'volume m³': { ...volume, unit: 'm³' },
  'volume ft³': { ...volume, key: 'volume_ft3', name: 'Volume in ft³', unit: 'ft³' },
  'volume gal': { ...volume, key: 'volume_gal', name: 'Volume in gal', unit: 'gal' },
  'mass kg': { key: 'mass', name: 'Mass', unit: 'kg', ...total },
  'volume_flow m³/h': flowRate,
  'volume_flow m³/min': { ...flowRate, factor: { times: 60 } },
  'volume_flow m³/s': { ...flowRate, factor: { times: 3600 } },
  'volume_flow gal/min': {
    ...flowRate,
    key: 'flow_rate_gal_min',
    name: 'Flow rate in gal/min',
    unit: 'gal/min',
  },
  'volume_flow gal/h': { ...flowRate, key: 'flow_rate_gal_h', name: 'Flow rate in gal/h', unit: 'gal/h' },
  'mass_flow kg/h': { key: 'mass_flow', name: 'Mass flow', unit: 'kg/h', ...measurement },
  'flow_temperature °C': temperature('flow_temperature', 'Flow temperature'),
  'flow_temperature °F': temperature('flow_temperature', 'Flow temperature', '°F'),
  'return_temperature °C': temperature('return_temperature', 'Return temperature'),
  'return_temperature °F': temperature('return_temperature', 'Return temperature', '°F'),
  'external_temperature °C': temperature('external_temperature', 'External temperature'),
  'external_temperature °F': temperature('external_temperature', 'External temperature', '°F'),
  'temperature °C': temperature('temperature', 'Temperature'),
  'temperature_difference K': {
    key: 'temperature_difference',
    name: 'Temperature difference',
    unit: 'K',
    ...measurement,
  },
  'pressure bar': { key: 'pressure', name: 'Pressure', unit: 'bar', deviceClass: 'pressure', ...measurement },
  'voltage V': { key: 'voltage', name: 'Voltage', unit: 'V', deviceClass: 'voltage', ...measurement },
  'current A': { key: 'current', name: 'Current', unit: 'A', deviceClass: 'current', ...measurement },
  'frequency Hz': {
    key: 'frequency',
    name: 'Frequency',
    unit: 'Hz',
    deviceClass: 'frequency',
    ...measurement,
  },
  'relative_humidity %': {
    key: 'humidity',
    name: 'Humidity',
    unit: '%',
    deviceClass: 'humidity',
    ...measurement,
  },
  'plain_text %RH': { key: 'humidity', name: 'Humidity', unit: '%', deviceClass: 'humidity', ...measurement },
  'phase_angle_uu °': {
    key: 'phase_angle_uu',
    name: 'Phase angle voltage to voltage',
    unit: '°',
    ...measurement,
  },
  'phase_angle_ui °': {
    key: 'phase_angle_ui',
    name: 'Phase angle voltage to current',
    unit: '°',
    ...measurement,
  },
  'rf_level dBm': {
    key: 'rf_level',
    name: 'RF level',
    unit: 'dBm',
    deviceClass: 'signal_strength',
    ...measurement,
    ...diagnostic,
  },
  'on_time s': hours('on_time', 'On time', total),
  'operating_time s': hours('operating_time', 'Operating time', total),
  'battery_operating_time s': hours('battery_operating_time', 'Operating time of the battery', total),
  'battery_remaining s': hours('battery_remaining', 'Remaining battery life'),
  'hca_units ': { key: 'hca_units', name: 'Heat cost units', unit: null, ...total },
  'datetime ': {
    key: 'meter_time',
    name: 'Clock of the meter',
    unit: null,
    ...diagnostic,
    disabledByDefault: true,
  },
  'dimensionless ': { key: 'dimensionless', name: 'Value without unit', unit: null, ...measurement },
};

/** Values of which only the manufacturer knows what they are. */
const UNKNOWN: ReadonlySet<string> = new Set(['reserved', 'any', 'manufacturer_specific']);

/** What is nobody's business; meters tell it to whoever asks. */
const SECRETS: ReadonlySet<string> = new Set([
  'access_code_user',
  'access_code_operator',
  'access_code_system_operator',
  'access_code_developer',
  'password',
  'security_key',
]);

export function isSecret(quantity: string): boolean {
  return SECRETS.has(quantity);
}

/** What becomes of a quantity in this base unit. */
export function publishedAs(quantity: string, unit: string): Published {
  const known = PUBLISHED[`${quantity} ${unit}`];
  if (known) return known;
  const words = quantity.replaceAll('_', ' ');
  const name = words.charAt(0).toUpperCase() + words.slice(1);
  const key = quantity === 'plain_text' ? slug(unit) || quantity : quantity;
  if (quantity === 'plain_text') return { key, name: unit.trim() || name, unit: null };
  const shown = unit === '' ? null : unit;
  const isUnknown = UNKNOWN.has(quantity);
  return {
    key,
    name,
    unit: shown,
    // Home Assistant wants one of the two classes for what has a unit.
    ...(shown && measurement),
    ...diagnostic,
    ...(isUnknown && { disabledByDefault: true }),
  };
}

/** A text as a level of a topic. */
export function slug(text: string): string {
  return text
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '_')
    .replace(/^_+|_+$/g, '');
}
