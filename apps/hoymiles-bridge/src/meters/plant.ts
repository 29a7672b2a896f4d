import { Decimal } from '@meterbridge/core/codec';
import type { RealData } from '../protocol/realdata.ts';

/** Operating status of an inverter with an alarm. */
export const ALARM = 8;

/** What a DTU told of its plant in one poll, whatever it speaks. */
export interface PlantState {
  readonly dtuSerial: string;
  readonly dtuFirmware: string | null;
  /** Unix milliseconds on the clock of the DTU; null if it tells none. */
  readonly timeMs: number | null;
  /** % of rated power that the DTU tells of itself; null if it does not. */
  readonly powerLimit: Decimal | null;
  /** %, of its Wi-Fi or mobile network; null if it is not told. */
  readonly signal: Decimal | null;
  readonly inverters: readonly InverterState[];
  readonly meters: RealData['meters'];
}

export interface InverterState {
  readonly serial: string;
  readonly firmware: string | null;
  /** W; null if it is not known. */
  readonly ratedPower: number | null;
  /** The DTU reaches it by radio. */
  readonly isLinked: boolean;
  /** 0 no data, 3 running, 8 alarm. */
  readonly status: number;
  /** Null where only the number of alarms is told. */
  readonly alarmCode: number | null;
  readonly alarmCount: number | null;
  /** By key of the measurement: `grid_voltage`, `temperature`, … */
  readonly values: ReadonlyMap<string, Decimal>;
  readonly ports: readonly PortState[];
}

export interface PortState {
  /** From 1. */
  readonly port: number;
  /** False: its inverter left the DTU without an answer for it, and zeros stand for its values. */
  readonly isHeard: boolean;
  /** V */
  readonly voltage: Decimal;
  /** A */
  readonly current: Decimal;
  /** W */
  readonly power: Decimal;
  /** Wh */
  readonly today: number;
  /** Wh */
  readonly total: number;
}

/** The inverter is reached, and what it tells is of now. */
export function isLive({ isLinked, status }: Pick<InverterState, 'isLinked' | 'status'>): boolean {
  return isLinked && status !== 0;
}

/** W of all inverters together; null as long as it is not known of one. */
export function ratedPowerOf(inverters: readonly InverterState[]): number | null {
  const watts = inverters.map(({ ratedPower }) => ratedPower);
  if (watts.length === 0 || watts.includes(null)) return null;
  return watts.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}

/** W of each port, or of the inverter where no ports are told. */
export function powersOf({ ports, values }: InverterState): readonly Decimal[] {
  const power = values.get('power');
  return ports.length > 0 || !power ? ports.map((port) => port.power) : [power];
}

/** W of the ports that are reached: at night 0. */
export function plantPower({ inverters }: PlantState): Decimal {
  return inverters
    .filter(({ isLinked }) => isLinked)
    .flatMap(powersOf)
    .reduce((sum, power) => sum.plus(power), new Decimal(0, 1));
}
