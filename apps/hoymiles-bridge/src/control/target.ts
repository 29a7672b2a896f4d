import type { MeterCommand } from '@meterbridge/core/runtime';
import type { Protocol } from '../config.ts';
import { type InverterState, ratedPowerOf } from '../meters/plant.ts';
import { STEP } from './controls.ts';
import type { Target } from './rules.ts';

/**
 * Whom a command is for.
 * @param mayBeTemporary limits need not last, where the protocol has others
 */
export function targetOf(
  { meter }: Pick<MeterCommand, 'meter'>,
  inverters: readonly InverterState[],
  protocol: Protocol,
  mayBeTemporary: boolean,
): Target {
  const isAll = meter.via === null;
  const chosen = isAll ? inverters : inverters.filter(({ serial }) => serial === meter.serialNumber);
  return {
    serials: chosen.map(({ serial }) => serial),
    isAll,
    ratedPower: ratedPowerOf(chosen),
    step: STEP[protocol],
    isTemporary: mayBeTemporary && isAll && protocol === 'modbus',
  };
}
