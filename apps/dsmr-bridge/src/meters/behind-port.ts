import { Decimal } from '@meterbridge/core/codec';
import type { MeasuredValue, Measurement } from '@meterbridge/core/model';
import type { MbusDevice } from '../protocol/mbus-device.ts';
import type { ObisEntry } from '../protocol/obis.ts';
import { inPublishedUnit, unitTraits } from './units.ts';

/** What is published for the registers of a meter behind the port: the unit tells them apart, the medium names them. */
function measurementFor(medium: string, code: string, unit: string): Measurement {
  const traits = unitTraits[unit];
  const energy = unit === 'kWh' || unit === 'GJ';
  if (unit === 'm³/h') return { key: 'flow_rate', name: 'Flow rate', unit, ...traits };
  if (unit === '°C') {
    const number = code.endsWith('.3') ? 1 : 2;
    return { key: `temperature_${number}`, name: `Temperature ${number}`, unit, ...traits };
  }
  if (unit === 'm³' && medium === 'gas')
    return { key: 'gas_reading', name: 'Gas', unit, ...traits, deviceClass: 'gas' };
  if (unit === 'm³' && medium.endsWith('water')) {
    return { key: 'water_reading', name: 'Water', unit, ...traits, deviceClass: 'water' };
  }
  if (unit === 'm³') return { key: 'volume', name: 'Volume', unit, ...traits };
  // Gas and water are counted in m³: what is told in kWh besides is something of its own.
  const isCountedInEnergy = medium !== 'gas' && !medium.endsWith('water');
  if (energy)
    return { key: isCountedInEnergy ? `${slug(medium)}_reading` : 'energy', name: 'Energy', unit, ...traits };
  return { key: 'reading', name: 'Reading', unit, ...traits };
}

interface RegisterNames {
  readonly medium: string;
  readonly usual: Measurement;
  /** Where another register has the usual key: a meter may count the same in GJ and in Wh. */
  readonly numbered: Measurement;
}

const cache: RegisterNames[] = [];

function namesOf(medium: string, { index, code }: ObisEntry, unit: string): RegisterNames {
  const cached = cache[index];
  if (cached?.medium === medium && cached.usual.unit === unit) return cached;
  const usual = measurementFor(medium, code, unit);
  const number = code.at(-1);
  const numbered = { ...usual, key: `${usual.key}_${number}`, name: `${usual.name} ${number}` };
  const names = { medium, usual, numbered };
  cache[index] = names;
  return names;
}

/** DSMR 3.0 counts heat and cold on one channel. */
function mediumOf(device: MbusDevice, { name }: ObisEntry): string {
  return name === 'mbus_cold_meter_reading' ? 'cooling' : (device.medium ?? 'other');
}

const valve: Measurement = { key: 'valve_position', name: 'Valve', unit: null, diagnostic: true };
const hidden = { unit: null, diagnostic: true, disabledByDefault: true } as const;
const deviceType: Measurement = { key: 'mbus_device_type', name: 'Device type', ...hidden };
const serialNumber: Measurement = { key: 'mbus_equipment_identifier', name: 'Serial number', ...hidden };
const connectionEan: Measurement = { key: 'mbus_connection_ean', name: 'EAN of the connection', ...hidden };

/** `warm water` as part of an id or a key. */
export function slug(text: string): string {
  return text.replaceAll(' ', '_');
}

/** What a device measures; empty if it was never heard. An unknown unit gives no value rather than a wrong one. */
export function deviceValues(device: MbusDevice): readonly MeasuredValue[] {
  const values: MeasuredValue[] = [];
  for (const { entry, value, unit } of device.readings) {
    const published = value instanceof Decimal && entry ? inPublishedUnit(value, unit) : null;
    if (!published) continue;
    const { usual, numbered } = namesOf(mediumOf(device, entry!), entry!, published.unit);
    const isTaken = values.some(({ measurement }) => measurement !== usual && measurement.key === usual.key);
    values.push({ measurement: isTaken ? numbered : usual, value: published.value });
  }
  if (values.length > 0) appendDetails(device, values);
  return values;
}

function appendDetails(device: MbusDevice, values: MeasuredValue[]): void {
  const { valvePosition } = device;
  if (valvePosition instanceof Decimal || typeof valvePosition === 'string')
    values.push({ measurement: valve, value: valvePosition });
  if (device.deviceType !== null)
    values.push({ measurement: deviceType, value: new Decimal(device.deviceType) });
  if (device.equipmentId !== null) values.push({ measurement: serialNumber, value: device.equipmentId });
  if (device.connectionEan !== null) values.push({ measurement: connectionEan, value: device.connectionEan });
}

const gasProvided: Measurement = {
  key: 'gas_provided',
  name: 'Gas',
  unit: 'm³',
  deviceClass: 'gas',
  stateClass: 'total_increasing',
  precision: 3,
  unannounced: true,
};

/** The newest gas reading, as a value of the port itself: a name that other programs gave to it. */
export function gasProvidedValue(devices: readonly MbusDevice[]): MeasuredValue | null {
  let newest: Decimal | null = null;
  let newestMs = Number.NEGATIVE_INFINITY;
  for (const { medium, readings } of devices) {
    if (medium !== 'gas') continue;
    for (const { value, unit, details } of readings) {
      const published = value instanceof Decimal ? inPublishedUnit(value, unit) : null;
      const ms = details?.timestamp?.epochMs ?? 0;
      if (published?.unit !== 'm³' || ms <= newestMs) continue;
      newest = published.value;
      newestMs = ms;
    }
  }
  return newest && { measurement: gasProvided, value: newest };
}
