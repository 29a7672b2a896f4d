import type { PortBlock } from '../protocol/block.ts';
import { decodeMessage } from '../protocol/message.ts';
import type { MeterRecord, SinglePhaseRecord, ThreePhaseRecord } from '../protocol/messages.ts';
import { numberOf } from './encoding.ts';

/** Of a meter with three phases. */
const METER = '37ff00000001';
/** W that the house takes. */
const HOUSE_W = 450;
const GRID_VOLTS = 230;

/** Defaults of messages are what decoding nothing gives. */
const EMPTY = new Uint8Array(0);
const NO_SINGLE = decodeMessage('SinglePhaseRecord', EMPTY).fields;
const NO_THREE = decodeMessage('ThreePhaseRecord', EMPTY).fields;
const NO_METER = decodeMessage('MeterRecord', EMPTY).fields;

/** @param limit % of its rated power; 0: not told */
export function singlePhase(blocks: readonly PortBlock[], limit: number): SinglePhaseRecord {
  const { common, watts, volts } = inverterOf(blocks);
  return {
    ...NO_SINGLE,
    ...common,
    voltage: volts,
    current: hundredths(watts / GRID_VOLTS),
    powerLimit: Math.round(10 * limit),
  };
}

export function threePhase(blocks: readonly PortBlock[]): ThreePhaseRecord {
  const { common, watts, volts } = inverterOf(blocks);
  const current = hundredths(watts / GRID_VOLTS / 3);
  const between = Math.round(volts * Math.sqrt(3));
  return {
    ...NO_THREE,
    ...common,
    voltageL1: volts,
    voltageL2: volts,
    voltageL3: volts,
    voltageL1L2: between,
    voltageL2L3: between,
    voltageL3L1: between,
    currentL1: current,
    currentL2: current,
    currentL3: current,
  };
}

/** What the house takes, less what the inverters feed in. */
export function meterRecord(blocks: readonly PortBlock[]): MeterRecord {
  const watts = HOUSE_W - wattsOf(blocks);
  const volts = hundredths(GRID_VOLTS);
  const current = hundredths(Math.abs(watts) / GRID_VOLTS / 3);
  const total = blocks.reduce((sum, { total }) => sum + total, 0);
  return {
    ...NO_METER,
    type: 3,
    serial: numberOf(METER),
    power: Math.round(watts / 10),
    powerL1: Math.round(watts / 30),
    powerL2: Math.round(watts / 30),
    powerL3: Math.round(watts / 30),
    powerFactor: 980,
    energyPos: Math.round(total / 10),
    energyNeg: Math.round(total / 40),
    voltageL1: volts,
    voltageL2: volts,
    voltageL3: volts,
    currentL1: current,
    currentL2: current,
    currentL3: current,
  };
}

function inverterOf(blocks: readonly PortBlock[]) {
  const { serial, gridVoltage, gridFrequency, temperature, alarmCount, linkStatus } = blocks[0]!;
  const watts = wattsOf(blocks);
  const common = {
    serial: numberOf(serial),
    firmware: 1,
    frequency: Number(gridFrequency.mantissa),
    power: Math.round(watts * 10),
    powerFactor: linkStatus * 1000,
    temperature: Number(temperature.mantissa),
    alarmCounter: alarmCount ?? 0,
    link: linkStatus,
  };
  return { common, watts, volts: Number(gridVoltage.mantissa) };
}

function wattsOf(blocks: readonly PortBlock[]): number {
  return blocks.reduce((sum, { pvPower }) => sum + pvPower.toNumber(), 0);
}

function hundredths(value: number): number {
  return Math.round(value * 100);
}
