import { Decimal } from '@meterbridge/core/codec';
import type {
  MeterRecord,
  PortRecord,
  RealDataNew,
  SinglePhaseRecord,
  ThreePhaseRecord,
} from './messages.ts';
import { METER, SINGLE_PHASE, THREE_PHASE } from './realdata-scales.ts';
import { scaledValues } from './scale.ts';
import { serialText, shortSerial } from './serial.ts';

/** Measurements of a DTU, all its pages together. */
export interface RealData {
  readonly dtuSerial: string;
  /** Unix seconds on the clock of the DTU, which starts near 0 after a power failure. */
  readonly time: number;
  readonly pages: number;
  readonly page: number;
  /** W; null from DTUs that do not sum up. */
  readonly power: Decimal | null;
  /** Wh, likewise. */
  readonly today: number | null;
  readonly inverters: readonly InverterRecord[];
  readonly ports: readonly PortValues[];
  readonly meters: readonly MeterValues[];
}

export interface InverterRecord {
  readonly serial: string;
  /** As on newer labels, or null. */
  readonly shortSerial: string | null;
  readonly phases: 1 | 3;
  readonly isOnline: boolean;
  /** By key, with the unit in it: `voltage_v`, `power_w`, … */
  readonly values: ReadonlyMap<string, Decimal>;
  /** Counts alarms; not a code. */
  readonly alarmCounter: number;
  /** %; null where the firmware does not tell it. */
  readonly powerLimit: Decimal | null;
  readonly firmware: number;
  readonly crc: number;
  readonly signal: number;
}

export interface PortValues {
  readonly serial: string;
  /** From 1. */
  readonly port: number;
  /** V */
  readonly voltage: Decimal;
  /** A */
  readonly current: Decimal;
  /** W */
  readonly power: Decimal;
  /** Wh */
  readonly total: number;
  /** Wh */
  readonly today: number;
  readonly code: number;
  readonly status: number;
}

export interface MeterValues {
  readonly serial: string;
  /** 1 single-phase, 3 three-phase. */
  readonly type: number;
  readonly fault: number;
  /** By key, with the unit in it. */
  readonly values: ReadonlyMap<string, Decimal>;
}

export function realData(message: RealDataNew): RealData {
  const { dtuSerial, time, pages, page, dtuPower, dtuToday } = message;
  return {
    dtuSerial,
    time,
    pages,
    page,
    power: dtuPower === 0 ? null : new Decimal(dtuPower, 1),
    today: dtuToday === 0 ? null : dtuToday,
    inverters: [...message.singlePhase.map(singlePhase), ...message.threePhase.map(threePhase)],
    ports: message.ports.map(portValues),
    meters: message.meters.map(meterValues),
  };
}

function singlePhase(record: SinglePhaseRecord): InverterRecord {
  const { powerLimit } = record;
  const limit = powerLimit === 0 ? null : new Decimal(powerLimit, 1);
  return inverterRecord(record, 1, scaledValues(record, SINGLE_PHASE), limit);
}

function threePhase(record: ThreePhaseRecord): InverterRecord {
  return inverterRecord(record, 3, scaledValues(record, THREE_PHASE), null);
}

function inverterRecord(
  { serial, link, alarmCounter, firmware, crc, signal }: SinglePhaseRecord | ThreePhaseRecord,
  phases: InverterRecord['phases'],
  values: InverterRecord['values'],
  powerLimit: Decimal | null,
): InverterRecord {
  return {
    serial: serialText(serial),
    shortSerial: shortSerial(serial),
    phases,
    isOnline: link === 1,
    values,
    alarmCounter,
    powerLimit,
    firmware,
    crc,
    signal,
  };
}

function portValues({ serial, port, voltage, current, power, total, today, code }: PortRecord): PortValues {
  return {
    serial: serialText(serial),
    port,
    voltage: new Decimal(voltage, 1),
    current: new Decimal(current, 2),
    power: new Decimal(power, 1),
    total,
    today,
    code,
    status: code >>> 24,
  };
}

function meterValues(record: MeterRecord): MeterValues {
  const { serial, type, fault } = record;
  return { serial: serialText(serial), type, fault, values: scaledValues(record, METER) };
}
