import { Decimal } from '@meterbridge/core/codec';
import type { ObisEntry } from './obis.ts';
import type { P1Object } from './object.ts';
import type { Telegram } from './telegram.ts';

/** What a device type says it measures (EN 13757-3), in the words of the glossary. */
const MEDIA: ReadonlyMap<number, string> = new Map([
  [0, 'other'],
  [2, 'electricity'],
  [3, 'gas'],
  [4, 'heat'],
  [5, 'steam'],
  [6, 'warm water'],
  [7, 'water'],
  [8, 'heat cost allocator'],
  [9, 'compressed air'],
  [10, 'cooling'],
  [11, 'cooling'],
  [12, 'heat'],
  [13, 'heat and cooling'],
  [21, 'hot water'],
  [22, 'cold water'],
  [32, 'breaker'],
  [33, 'valve'],
]);

/** A meter behind the port: gas, water, heat … on one M-Bus channel. */
export interface MbusDevice {
  readonly channel: number;
  /** EN 13757-3 device type; null if the telegram does not tell. */
  readonly deviceType: number | null;
  /** From the device type and nothing else: neither the channel nor the unit tells. */
  readonly medium: string | null;
  readonly equipmentId: string | null;
  readonly connectionEan: string | null;
  /** 0 closed, 1 open, 2 ready; null if not sent. */
  readonly valvePosition: P1Object['value'];
  /** Reading objects in the order they were sent. */
  readonly readings: readonly P1Object[];
}

/** A reading without unit: the device is bound, but the meter has never heard from it. */
export function isNoData(reading: P1Object): boolean {
  return reading.unit === null;
}

/** The meters behind the port, by channel. Of an object that is sent twice the last one counts. */
export function mbusDevices(telegram: Telegram): readonly MbusDevice[] {
  const devices: Filling[] = [];
  for (const object of telegram.objects) {
    if (object.entry !== null && object.entry.channel > 0)
      fill(deviceOf(devices, object.entry.channel), object, object.entry);
  }
  return devices;
}

type Filling = { -readonly [Key in keyof MbusDevice]: MbusDevice[Key] } & { readonly readings: P1Object[] };

/** The device of a channel; a new one when it is first met. */
function deviceOf(devices: Filling[], channel: number): Filling {
  for (const device of devices) if (device.channel === channel) return device;
  const device: Filling = {
    channel,
    deviceType: null,
    medium: null,
    equipmentId: null,
    connectionEan: null,
    valvePosition: null,
    readings: [],
  };
  devices.push(device);
  devices.sort((a, b) => a.channel - b.channel);
  return device;
}

function fill(device: Filling, object: P1Object, { name, kind }: ObisEntry): void {
  const { value } = object;
  if (kind === 'reading' || kind === 'profile') device.readings.push(object);
  else if (name === 'mbus_device_type') {
    device.deviceType = value instanceof Decimal ? value.toNumber() : null;
    device.medium = device.deviceType === null ? null : (MEDIA.get(device.deviceType) ?? null);
  } else if (name === 'mbus_equipment_identifier')
    device.equipmentId = typeof value === 'string' ? value : null;
  else if (name === 'mbus_connection_ean') device.connectionEan = typeof value === 'string' ? value : null;
  else if (name === 'mbus_valve_position') device.valvePosition = value;
}
