import type { P1Frame } from '@meterbridge/core/frames';
import type { Instant, Meter, Reading } from '@meterbridge/core/model';
import { deviceValues, gasProvidedValue } from './meters/behind-port.ts';
import { DeviceMeters, type Heard, isSet } from './meters/device-meters.ts';
import { deviceReading } from './meters/device-reading.ts';
import { type Computed, electricityValues } from './meters/electricity.ts';
import { appendUnknown, type Wanted } from './meters/unknown.ts';
import { type MbusDevice, mbusDevices } from './protocol/mbus-device.ts';
import {
  decodeTelegram,
  equipmentObject,
  headerParts,
  type Telegram,
  telegramTime,
  telegramVersion,
} from './protocol/telegram.ts';
import type { MeterClock } from './protocol/timestamp.ts';

export interface PortSettings {
  readonly id: string;
  readonly name?: string | undefined;
  readonly clock: MeterClock;
  readonly computed?: Computed | undefined;
  /** Whose time readings carry; that of the meter unless something else is said. */
  readonly time?: 'meter' | 'arrival' | undefined;
  /** Which of the objects that are in no table are published. */
  readonly extra?: Wanted | undefined;
  /** Milliseconds between two readings, if not as often as the meter tells. */
  readonly intervalMs?: number | undefined;
}

const ALL: Computed = { totals: true, netPower: true };
const NONE: Wanted = new Set();

/** FLAG ids of makers whose name is beyond doubt; others are shown as sent. */
const MAKERS: ReadonlyMap<string, string> = new Map([
  ['ADN', 'Aidon'],
  ['ESY', 'EasyMeter'],
  ['ISK', 'Iskraemeco'],
  ['KAM', 'Kamstrup'],
  ['KFM', 'Kaifa'],
  ['KMP', 'Kamstrup'],
  ['LGF', 'Landis+Gyr'],
  ['SAG', 'Sagemcom'],
]);

/** Makes readings of the telegrams of one P1 port: the electricity meter first, then the meters behind it. */
export class PortReader {
  readonly #settings: PortSettings;
  #previous: Telegram | undefined;
  #electricity:
    | { readonly header: string; readonly serial: string | null; readonly meter: Meter }
    | undefined;
  readonly #behind = new DeviceMeters();

  constructor(settings: PortSettings) {
    this.#settings = settings;
  }

  /** @param receivedMs when the telegram arrived; stands in where the meter tells no time, or a wrong one */
  read(frame: P1Frame, receivedMs: number): readonly Reading[] {
    const isTold = this.#settings.time !== 'arrival';
    const telegram = decodeTelegram(frame, this.#settings.clock, this.#previous);
    this.#previous = telegram;
    const meter = this.#electricityMeter(telegram);
    const time = (isTold ? telegramTime(telegram) : null) ?? this.#received(receivedMs);
    const devices = mbusDevices(telegram);
    const values = electricityValues(telegram.objects, this.#settings.computed ?? ALL);
    const gas = gasProvidedValue(devices);
    if (gas) values.push(gas);
    appendUnknown(telegram.objects, this.#settings.extra ?? NONE, values);
    const readings: Reading[] = values.length > 0 ? [{ meter, time, values }] : [];
    const heard = hear(devices);
    const meters = this.#behind.of(heard, meter);
    for (let at = 0; at < heard.length; at++)
      readings.push(deviceReading(meters[at]!, heard[at]!, time, isTold));
    return readings;
  }

  #received(receivedMs: number): Instant {
    const { clock } = this.#settings;
    const offsetMinutes = clock.offsetAt(receivedMs + clock.standardOffset * 60_000);
    return { epochMs: receivedMs, offsetMinutes };
  }

  #electricityMeter(telegram: Telegram): Meter {
    const { header } = telegram.frame;
    const found = equipmentObject(telegram)?.value;
    const serial = typeof found === 'string' ? found : null;
    if (this.#electricity?.header === header && this.#electricity.serial === serial)
      return this.#electricity.meter;
    const { id, name = 'Electricity meter', intervalMs = 0 } = this.#settings;
    const { manufacturer, identification } = headerParts(telegram.frame);
    const version = telegramVersion(telegram);
    const meter: Meter = {
      id,
      type: 'dsmr',
      name,
      uniqueId: isSet(serial) ? serial : id,
      serialNumber: serial,
      manufacturer: MAKERS.get(manufacturer.toUpperCase()) ?? manufacturer,
      model: identification.replace(/^\\\d?/, '') || null,
      firmware: version === null ? null : `P1 ${version}`,
      via: null,
      // DSMR P1 companion 5.0.2, section 4: every second since 5.0, every ten seconds before.
      intervalMs: Math.max(intervalMs, version?.startsWith('5') ? 1_000 : 10_000),
    };
    this.#electricity = { header, serial, meter };
    return meter;
  }
}

/** The devices that the meter has heard from. */
function hear(devices: readonly MbusDevice[]): readonly Heard[] {
  const heard: Heard[] = [];
  for (const device of devices) {
    const values = deviceValues(device);
    if (values.length > 0) heard.push({ device, values });
  }
  return heard;
}
