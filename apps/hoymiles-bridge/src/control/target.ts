import type { MeterCommand } from '@meterbridge/core/runtime';
import type { DtuEntry, Protocol } from '../config.ts';
import { type InverterState, ratedPowerOf } from '../meters/plant.ts';
import { STEP } from './controls.ts';
import type { Target } from './rules.ts';

/** Whom a command is for. */
export function targetOf(
  { meter }: Pick<MeterCommand, 'meter'>,
  inverters: readonly InverterState[],
  protocol: Protocol,
  { temporary }: DtuEntry['control'],
): Target {
  const isAll = meter.via === null;
  const chosen = isAll ? inverters : inverters.filter(({ serial }) => serial === meter.serialNumber);
  return {
    serials: chosen.map(({ serial }) => serial),
    isAll,
    ratedPower: ratedPowerOf(chosen),
    step: STEP[protocol],
    isTemporary: temporary && isAll && protocol === 'modbus',
  };
}
