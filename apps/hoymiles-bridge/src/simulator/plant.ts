import { Decimal } from '@meterbridge/core/codec';
import type { PortBlock } from '../protocol/block.ts';
import { isGen2 } from '../protocol/serial.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** W at noon. */
const PEAK_W = 380;
/** Alarm: switched off by remote command. */
const SWITCHED_OFF = 124;
const SUNRISE = 6;
const SUNSET = 20;

export interface SimulatedInverter {
  readonly serial: string;
  readonly ports: number;
}

export interface PlantSettings {
  readonly dtuSerial: string;
  readonly inverters: readonly SimulatedInverter[];
  /** 0 ≤ x < 1 */
  readonly random: () => number;
}

interface PortEnergy {
  today: number;
  total: number;
}

/** Inverters under a sun that rises at 6 and sets at 20 o'clock UTC. Energy only ever grows, and days begin at 0. */
export class SimulatedPlant {
  readonly dtuSerial: string;
  readonly inverters: readonly SimulatedInverter[];
  /** Alarm codes that are active, by serial number. */
  readonly alarms = new Map<string, number>();
  /** Inverters that the DTU does not reach. */
  readonly offline = new Set<string>();
  /** Switched off by a command. */
  readonly off = new Set<string>();
  /** % of rated power, by serial number. */
  readonly limits = new Map<string, number>();
  readonly alarmCounts = new Map<string, number>();
  /** When the total of a port was told too high last, or its first one was told, by serial number and port. */
  readonly spikes = new Map<string, number>();
  readonly #random: () => number;
  readonly #energy = new Map<string, PortEnergy>();
  #lastMs: number | null = null;

  constructor({ dtuSerial, inverters, random }: PlantSettings) {
    this.dtuSerial = dtuSerial;
    this.inverters = inverters;
    this.#random = random;
  }

  raiseAlarm(serial: string, code: number): void {
    this.alarms.set(serial, code);
    this.alarmCounts.set(serial, (this.alarmCounts.get(serial) ?? 0) + 1);
  }

  /** Codes by serial number; one that is switched off tells that. */
  get activeAlarms(): ReadonlyMap<string, number> {
    return new Map([...Array.from(this.off, (serial) => [serial, SWITCHED_OFF] as const), ...this.alarms]);
  }

  /** Moves the plant on to an instant, never backwards, and tells its ports. */
  at(ms: number): readonly PortBlock[] {
    const lastMs = this.#lastMs ?? ms;
    const hours = Math.max(0, ms - lastMs) / HOUR_MS;
    const isNewDay = Math.floor(ms / DAY_MS) !== Math.floor(lastMs / DAY_MS);
    this.#lastMs = Math.max(ms, lastMs);
    const sun = sunAt(ms);
    return this.inverters.flatMap((inverter) =>
      Array.from({ length: inverter.ports }, (_, at) => {
        const energy = this.#energyOf(`${inverter.serial}/${at + 1}`);
        if (isNewDay) energy.today = 0;
        return this.#block(inverter.serial, at + 1, { sun, hours, energy });
      }),
    );
  }

  #block(
    serial: string,
    port: number,
    { sun, hours, energy }: { readonly sun: number; readonly hours: number; readonly energy: PortEnergy },
  ): PortBlock {
    const isAwake = sun > 0 && !this.offline.has(serial);
    const limit = (this.limits.get(serial) ?? 100) / 100;
    const watts =
      isAwake && !this.off.has(serial) ? PEAK_W * Math.min(sun, limit) * this.#around(1, 0.04) : 0;
    energy.today += watts * hours;
    energy.total += watts * hours;
    const volts = isAwake ? this.#around(34, 1) : 0;
    const alarm = this.activeAlarms.get(serial) ?? 0;
    const running = alarm === 0 ? 3 : 8;
    return {
      dataType: 0x0c,
      serial,
      port,
      pvVoltage: tenths(volts),
      pvCurrent: new Decimal(
        Math.round((volts ? watts / volts : 0) * (isGen2(serial) ? 10 : 100)),
        isGen2(serial) ? 1 : 2,
      ),
      gridVoltage: tenths(isAwake ? this.#around(230, 2) : 0),
      gridFrequency: new Decimal(isAwake ? Math.round(this.#around(5_000, 4)) : 0, 2),
      pvPower: tenths(watts),
      today: Math.floor(energy.today),
      total: Math.floor(energy.total),
      temperature: tenths(isAwake ? 20 + 25 * sun : 0),
      status: isAwake ? running : 0,
      alarmCode: isAwake ? alarm : 0,
      alarmCount: this.alarmCounts.get(serial) ?? 0,
      linkStatus: isAwake ? 1 : 0,
    };
  }

  #energyOf(key: string): PortEnergy {
    const known = this.#energy.get(key) ?? {
      today: 0,
      total: 1_000_000 + Math.floor(this.#random() * 100_000),
    };
    this.#energy.set(key, known);
    return known;
  }

  #around(value: number, spread: number): number {
    return value + (this.#random() - 0.5) * spread;
  }
}

/** 0 at night, 1 at noon. */
export function sunAt(ms: number): number {
  const hour = (ms % DAY_MS) / HOUR_MS;
  if (hour <= SUNRISE || hour >= SUNSET) return 0;
  return Math.sin((Math.PI * (hour - SUNRISE)) / (SUNSET - SUNRISE)) ** 1.5;
}

/** So many inverters with four ports each, of the HM series or another. */
export function usualInverters(count: number, series = '1161'): readonly SimulatedInverter[] {
  return Array.from({ length: count }, (_, at) => ({
    serial: `${series}${String(at + 1).padStart(8, '0')}`,
    ports: 4,
  }));
}

function tenths(value: number): Decimal {
  return new Decimal(Math.round(value * 10), 1);
}
