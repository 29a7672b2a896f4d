import type { Level } from '@meterbridge/kpm33b';
import { activePower, randomLoad } from './load.ts';
import { type Counters, counterUpload, electricalUpload, phantomUpload } from './upload.ts';

/** What real meters do: zeros in the name of a neighbour, each upload twice, clocks that are wrong. */
export const FLEET_FAULTS = ['phantom', 'double', 'clock'] as const;
export type FleetFault = (typeof FLEET_FAULTS)[number];

export interface FleetSettings {
  readonly meters: number;
  readonly faults: ReadonlySet<FleetFault>;
  /** 0 ≤ x < 1 */
  readonly random: () => number;
}

const TOPICS: Readonly<Record<Level, string>> = { seconds: 'MQTT_RT_DATA', minutes: 'MQTT_ENY_NOW' };
const SERIAL_NUMBERS = 10_000;
/** A clock that lost its date says 2005, one that nobody set is some minutes slow. */
const LOST_DATE_MS = Date.UTC(2005, 0, 13);
const SLOW_MS = 251_000;

export interface SimulatedMessage {
  readonly topic: string;
  readonly payload: string;
}

/** Meters with consecutive serial numbers, as they leave the factory. */
export class Fleet {
  readonly ids: readonly string[];
  readonly #settings: FleetSettings;
  readonly #counters: Counters[];

  constructor(settings: FleetSettings) {
    this.#settings = settings;
    const numbers = Array.from({ length: settings.meters }, (_, number) => number);
    this.ids = numbers.map(deviceId);
    this.#counters = numbers.map(() => [9, 31, 74, 86]);
  }

  /**
   * What one meter puts on the wire for one upload.
   * @param clockMs its wall time as if it were UTC, if its clock is right
   */
  upload(number: number, level: Level, clockMs: number): readonly SimulatedMessage[] {
    const { faults } = this.#settings;
    const time = timeText(faults.has('clock') ? wrongClock(number, clockMs) : clockMs);
    // Two of three meters send each upload twice, and the phantom too; the first counter may have grown meanwhile.
    const copies = faults.has('double') && number % 3 !== 2 ? 2 : 1;
    const payloads = Array.from({ length: copies }, () => this.#payload(number, level, time));
    const phantom = phantomUpload(level, deviceId(number + 1), time);
    const sent = payloads.flatMap((payload) => (faults.has('phantom') ? [payload, phantom] : [payload]));
    return sent.map((payload) => ({ topic: TOPICS[level], payload }));
  }

  #payload(number: number, level: Level, time: string): string {
    const id = this.ids[number]!;
    const load = randomLoad(this.#settings.random);
    if (level === 'seconds') return electricalUpload(id, time, load);
    const [sharp, peak, flat, valley] = this.#counters[number]!;
    const counters: Counters = [sharp, peak, flat + activePower(load) / 60, valley];
    this.#counters[number] = counters;
    return counterUpload(id, time, counters);
  }
}

/** `33B12` and year, month (one hexadecimal digit), 5 for the model, serial number. */
export function deviceId(number: number): string {
  const months = Math.floor(number / SERIAL_NUMBERS);
  const year = String((25 + Math.floor(months / 12)) % 100).padStart(2, '0');
  const month = ((months % 12) + 1).toString(16).toUpperCase();
  return `33B12${year}${month}5${String(number % SERIAL_NUMBERS).padStart(4, '0')}`;
}

/** `YYYYMMDDhhmmss` */
export function timeText(clockMs: number): string {
  return new Date(clockMs).toISOString().replace(/\D/g, '').slice(0, 14);
}

function wrongClock(number: number, clockMs: number): number {
  if (number % 10 === 1) return LOST_DATE_MS + (clockMs % 86_400_000);
  return number % 10 === 2 ? clockMs - SLOW_MS : clockMs;
}
