import type { Decimal } from '@meterbridge/core/codec';
import type { InverterRecord, PortValues, RealData } from '../protocol/realdata.ts';
import { serialText } from '../protocol/serial.ts';
import { ALARM, type InverterState, type PlantState } from './plant.ts';

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
const NOTHING: ReadonlyMap<string, Decimal> = new Map();
/** A serial number that was not told. */
const NOBODY = serialText(0);

/** What a DTU knows of an inverter itself. */
export type InverterAbout = Pick<InverterState, 'firmware' | 'ratedPower'>;

/** What a DTU tells of itself. */
export interface DtuAbout extends Pick<PlantState, 'dtuFirmware' | 'powerLimit' | 'signal'> {
  readonly inverters: ReadonlyMap<string, InverterAbout>;
}

const UNKNOWN: InverterAbout = { firmware: null, ratedPower: null };

/** @param alarms codes of active alarms by serial number, as far as they were asked for */
export function plantOfRealData(
  data: RealData,
  alarms: ReadonlyMap<string, number> | null,
  about: DtuAbout,
): PlantState {
  const { inverters, ports, meters } = data;
  const all = new Set([...inverters, ...ports].map(({ serial }) => serial));
  const serials = [...all].filter((serial) => serial !== NOBODY);
  return {
    dtuSerial: data.dtuSerial,
    dtuFirmware: about.dtuFirmware,
    powerLimit: about.powerLimit,
    signal: about.signal,
    timeMs: data.time * 1000,
    inverters: serials.map((serial) => {
      const record = inverters.find((one) => one.serial === serial);
      const own = ports.filter((port) => port.serial === serial);
      return {
        ...(about.inverters.get(serial) ?? UNKNOWN),
        ...inverterOf(serial, record, own),
        alarmCode: alarms && (alarms.get(serial) ?? 0),
      };
    }),
    meters,
  };
}

/** @param record of some, a DTU-Pro-S tells nothing but their ports */
function inverterOf(serial: string, record: InverterRecord | undefined, ports: readonly PortValues[]) {
  const isProducing = ports.some(({ status, power }) => status !== 0 || power.mantissa !== 0);
  const isLinked = record ? record.isOnline : isProducing;
  return {
    serial,
    isLinked,
    status: isLinked ? statusOf(ports) : 0,
    alarmCount: record?.alarmCounter ?? null,
    values: record ? measured(record) : NOTHING,
    ports: ports.map((port) => ({ ...port, isHeard: isLinked })),
  };
}

/** An alarm of any port is one of the inverter; older firmware tells no status. */
function statusOf(ports: readonly PortValues[]): number {
  const told = ports.map(({ status }) => status).filter((status) => status !== 0);
  return told.find((status) => status === ALARM) ?? told[0] ?? RUNNING;
}

/** Reactive power and power factor are not measured by each inverter: −1 and 65535, and 1 stand for that. */
function measured({ values, powerLimit }: InverterRecord): ReadonlyMap<string, Decimal> {
  const known = new Map(Array.from(values, ([key, value]) => [KEYS[key] ?? key, value]));
  if (powerLimit) known.set('power_limit', powerLimit);
  const reactive = known.get('reactive_power')?.mantissa;
  if (reactive !== -1 && reactive !== 65_535) return known;
  known.delete('reactive_power');
  if (known.get('power_factor')?.mantissa === 1) known.delete('power_factor');
  return known;
}
