import type { Control } from '@meterbridge/core/model';
import type { Protocol } from '../config.ts';

/** Whom controls are for. */
export interface Controlled {
  /** The DTU stands for all its inverters. */
  readonly isDtu: boolean;
  /** W; null if it is not known, so that no limit in watts can be offered. */
  readonly ratedPower: number | null;
}

export const KEY = {
  percent: 'power_limit',
  watts: 'power_limit_watts',
  power: 'power',
  restart: 'restart',
  restartDtu: 'restart_dtu',
} as const;

const POWER: Control = { key: KEY.power, name: 'Producing', kind: 'switch' };
const RESTART: Control = { key: KEY.restart, name: 'Restart', kind: 'button', deviceClass: 'restart' };
const RESTART_DTU: Control = {
  key: KEY.restartDtu,
  name: 'Restart DTU',
  kind: 'button',
  deviceClass: 'restart',
};
/** % */
const LEAST = 2;
/** % in which limits can be set. */
export const STEP: Readonly<Record<Protocol, number>> = { modbus: 1, protobuf: 0.1 };

/**
 * What inverters and their DTU can be told: on Modbus each inverter but no restarts, on protobuf a limit only for all.
 * The same objects for the same question.
 */
export function controlsOver(protocol: Protocol): (of: Controlled) => readonly Control[] {
  const known = new Map<string, readonly Control[]>();
  const make = protocol === 'modbus' ? overModbus : overProtobuf;
  return (of) => {
    const key = `${of.isDtu} ${of.ratedPower}`;
    const controls = known.get(key) ?? make(of);
    known.set(key, controls);
    return controls;
  };
}

function overModbus({ ratedPower }: Controlled): readonly Control[] {
  return [...limits(STEP.modbus, ratedPower), POWER];
}

function overProtobuf({ isDtu, ratedPower }: Controlled): readonly Control[] {
  return isDtu
    ? [...limits(STEP.protobuf, ratedPower, { shows: 'power_limit' }), POWER, RESTART, RESTART_DTU]
    : [POWER, RESTART];
}

/** @param step of the percentage; @param shown which measurement tells it */
function limits(
  step: number,
  ratedPower: number | null,
  shown: Pick<Control, 'shows'> = {},
): readonly Control[] {
  const percent: Control = {
    key: KEY.percent,
    name: 'Power limit',
    kind: 'number',
    unit: '%',
    min: LEAST,
    max: 100,
    step,
    ...shown,
  };
  if (ratedPower === null) return [percent];
  const watts: Control = {
    key: KEY.watts,
    name: 'Power limit in watts',
    kind: 'number',
    unit: 'W',
    deviceClass: 'power',
    min: Math.ceil((ratedPower * LEAST) / 100),
    max: ratedPower,
    step: 1,
  };
  return [percent, watts];
}
