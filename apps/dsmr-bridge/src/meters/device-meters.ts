import type { Instant, MeasuredValue, Meter, Reading } from '@meterbridge/core/model';
import type { MbusDevice } from '../protocol/mbus-device.ts';
import { slug } from './behind-port.ts';

/** A device that the meter has heard from, and what it measures. */
export interface Heard {
  readonly device: MbusDevice;
  readonly values: readonly MeasuredValue[];
}

/** A meter behind the port and what it told last. */
export interface KnownMeter {
  readonly meter: Meter;
  readonly device: MbusDevice;
  last: Reading | null;
  /** When the device was read for it; null if that was not told. */
  captured: Instant | null;
}

/** Names the meters behind a port: the same meters each time, until one is exchanged, comes or goes. */
export class DeviceMeters {
  #via: Meter | null = null;
  #known: readonly KnownMeter[] = [];

  /** The meters of these devices, in their order. */
  of(heard: readonly Heard[], via: Meter): readonly KnownMeter[] {
    if (via !== this.#via || !this.#areStill(heard)) {
      this.#known = heard.map((one) => this.#know(one.device, heard, via));
      this.#via = via;
    }
    return this.#known;
  }

  #areStill(heard: readonly Heard[]): boolean {
    if (heard.length !== this.#known.length) return false;
    for (let at = 0; at < heard.length; at++) {
      const { channel, medium, equipmentId } = heard[at]!.device;
      const known = this.#known[at]!.device;
      if (known.channel !== channel || known.medium !== medium || known.equipmentId !== equipmentId)
        return false;
    }
    return true;
  }

  #know(device: MbusDevice, heard: readonly Heard[], via: Meter): KnownMeter {
    const id = deviceId(device, heard, via);
    const uniqueId = deviceUniqueId(device, heard, via);
    const before =
      via === this.#via
        ? this.#known.find(({ meter }) => meter.id === id && meter.uniqueId === uniqueId)
        : undefined;
    return {
      meter: before?.meter ?? deviceMeter(device, id, uniqueId, via),
      device,
      last: before?.last ?? null,
      captured: before?.captured ?? null,
    };
  }
}

/** `main_gas`; `main_gas_2` for the second of two that are alive. A dead channel takes no name from a live one. */
function deviceId(device: MbusDevice, heard: readonly Heard[], via: Meter): string {
  const medium = slug(device.medium ?? 'meter');
  const first = heard.find((other) => other.device.medium === device.medium);
  return first?.device === device ? `${via.id}_${medium}` : `${via.id}_${medium}_${device.channel}`;
}

function deviceUniqueId(device: MbusDevice, heard: readonly Heard[], via: Meter): string {
  const { equipmentId, channel } = device;
  const isShared =
    equipmentId === via.uniqueId ||
    heard.some((other) => other.device !== device && other.device.equipmentId === equipmentId);
  return isSet(equipmentId) && !isShared ? equipmentId : `${via.uniqueId}_channel_${channel}`;
}

/** Meters have zeros for a serial number that was never set. */
export function isSet(serial: string | null): serial is string {
  return serial !== null && !/^0*$/.test(serial);
}

function deviceMeter(device: MbusDevice, id: string, uniqueId: string, via: Meter): Meter {
  const medium = device.medium ?? 'other';
  return {
    id,
    type: via.type,
    name: `${medium[0]!.toUpperCase()}${medium.slice(1)} meter`,
    uniqueId,
    serialNumber: device.equipmentId,
    manufacturer: null,
    model: null,
    firmware: null,
    via,
    intervalMs: null,
  };
}
