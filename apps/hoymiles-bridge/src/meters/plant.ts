import { Decimal } from '@meterbridge/core/codec';
import type { PortBlock } from '../protocol/block.ts';
import type { RealData } from '../protocol/realdata.ts';

/** What a DTU told of its plant in one poll, whatever it speaks. */
export interface PlantState {
  readonly dtuSerial: string;
  readonly dtuFirmware: string | null;
  /** Unix milliseconds on the clock of the DTU; null if it tells none. */
  readonly timeMs: number | null;
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
  readonly alarmCount: number;
  /** By key of the measurement: `grid_voltage`, `temperature`, … */
  readonly values: ReadonlyMap<string, Decimal>;
  readonly ports: readonly PortState[];
}

export interface PortState {
  /** From 1. */
  readonly port: number;
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

/** Values of the protobuf protocol by the keys of their measurements. */
const KEYS: Readonly<Record<string, string>> = {
  voltage_v: 'grid_voltage',
  voltage_l1_v: 'grid_voltage_l1',
  voltage_l2_v: 'grid_voltage_l2',
  voltage_l3_v: 'grid_voltage_l3',
  voltage_l1l2_v: 'grid_voltage_l1_l2',
  voltage_l2l3_v: 'grid_voltage_l2_l3',
  voltage_l3l1_v: 'grid_voltage_l3_l1',
  frequency_hz: 'grid_frequency',
  power_w: 'power',
  reactive_var: 'reactive_power',
  current_a: 'current',
  current_l1_a: 'current_l1',
  current_l2_a: 'current_l2',
  current_l3_a: 'current_l3',
  power_factor: 'power_factor',
  temperature_c: 'temperature',
};

const RUNNING = 3;

/** What a DTU knows of an inverter itself. */
export type InverterAbout = Pick<InverterState, 'firmware' | 'ratedPower'>;
const UNKNOWN: InverterAbout = { firmware: null, ratedPower: null };

/** Modbus has no inverters, only ports: those with the same serial number belong together. */
export function plantOfBlocks(dtuSerial: string, blocks: readonly PortBlock[]): PlantState {
  const groups = Map.groupBy(blocks, ({ serial }) => serial);
  const inverters = [...groups].map(([serial, ports]): InverterState => {
    const { gridVoltage, gridFrequency, temperature, status, alarmCode, alarmCount, linkStatus } = ports[0]!;
    return {
      serial,
      firmware: null,
      ratedPower: null,
      isLinked: linkStatus !== 0,
      status,
      alarmCode,
      alarmCount,
      values: new Map([
        ['grid_voltage', gridVoltage],
        ['grid_frequency', gridFrequency],
        ['temperature', temperature],
      ]),
      ports: ports.map(({ port, pvVoltage, pvCurrent, pvPower, today, total }) => ({
        port,
        voltage: pvVoltage,
        current: pvCurrent,
        power: pvPower,
        today,
        total,
      })),
    };
  });
  return { dtuSerial, dtuFirmware: null, timeMs: null, inverters, meters: [] };
}

/** @param alarms codes of active alarms by serial number, as far as they were asked for */
export function plantOfRealData(
  data: RealData,
  alarms: ReadonlyMap<string, number> | null,
  about: { readonly dtuFirmware: string | null; readonly inverters: ReadonlyMap<string, InverterAbout> },
): PlantState {
  const { inverters, ports, meters } = data;
  return {
    dtuSerial: data.dtuSerial,
    dtuFirmware: about.dtuFirmware,
    timeMs: data.time * 1000,
    inverters: inverters.map((inverter): InverterState => {
      const own = ports.filter(({ serial }) => serial === inverter.serial);
      const code = alarms?.get(inverter.serial) ?? 0;
      const { serial, isOnline, alarmCounter, powerLimit } = inverter;
      const values = measured(inverter.values);
      if (powerLimit) values.set('power_limit', powerLimit);
      return {
        serial,
        ...(about.inverters.get(serial) ?? UNKNOWN),
        isLinked: isOnline,
        status: isOnline ? (own[0]?.status ?? RUNNING) || RUNNING : 0,
        alarmCode: alarms && code,
        alarmCount: alarmCounter,
        values,
        ports: own,
      };
    }),
    meters,
  };
}

/** Reactive power and power factor are not measured by each inverter: −1 and 65535, and 1 stand for that. */
function measured(values: ReadonlyMap<string, Decimal>): Map<string, Decimal> {
  const known = new Map(Array.from(values, ([key, value]) => [KEYS[key] ?? key, value]));
  const reactive = known.get('reactive_power')?.mantissa;
  if (reactive !== -1 && reactive !== 65_535) return known;
  known.delete('reactive_power');
  if (known.get('power_factor')?.mantissa === 1) known.delete('power_factor');
  return known;
}

/** W of all inverters together; null as long as it is not known of one. */
export function ratedPowerOf(inverters: readonly InverterState[]): number | null {
  const watts = inverters.map(({ ratedPower }) => ratedPower);
  if (watts.length === 0 || watts.includes(null)) return null;
  return watts.reduce<number>((sum, one) => sum + (one ?? 0), 0);
}

/** W of the ports that are reached: at night 0. */
export function plantPower({ inverters }: PlantState): Decimal {
  return inverters
    .filter(({ isLinked }) => isLinked)
    .flatMap(({ ports, values }) => {
      const power = values.get('power');
      return ports.length > 0 || !power ? ports.map((port) => port.power) : [power];
    })
    .reduce((sum, power) => sum.plus(power), new Decimal(0, 1));
}
