import type { Control } from '@meterbridge/core/model';
import type { Protocol } from '../config.ts';
import type { Controlled, ControlsOf } from '../meters/identity.ts';

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
/** % in which limits can be set. */
export const STEP: Readonly<Record<Protocol, number>> = { modbus: 1, protobuf: 0.1 };

/**
 * What inverters and their DTU can be told: on Modbus each inverter but no restarts, on protobuf a limit only for all.
 * The same objects for the same question.
 */
export function controlsOver(protocol: Protocol): ControlsOf {
  const known = new Map<string, readonly Control[]>();
  const make = protocol === 'modbus' ? overModbus : overProtobuf;
  return (of) => {
    const key = JSON.stringify(of);
    const controls = known.get(key) ?? make(of);
    known.set(key, controls);
    return controls;
  };
}

function overModbus(of: Controlled): readonly Control[] {
  return [...limits(STEP.modbus, of), POWER];
}

function overProtobuf(of: Controlled): readonly Control[] {
  return of.isDtu
    ? [...limits(STEP.protobuf, of, { shows: 'power_limit' }), POWER, RESTART, RESTART_DTU]
    : [POWER, RESTART];
}

/** @param step of the percentage; @param shown which measurement tells it */
function limits(
  step: number,
  { leastLimit, ratedPower }: Controlled,
  shown: Pick<Control, 'shows'> = {},
): readonly Control[] {
  const percent: Control = {
    key: KEY.percent,
    name: 'Power limit',
    kind: 'number',
    unit: '%',
    min: leastLimit,
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
    min: Math.ceil((ratedPower * leastLimit) / 100),
    max: ratedPower,
    step: 1,
  };
  return [percent, watts];
}
