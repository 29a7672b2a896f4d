import { argument, InvalidArgumentError } from '@meterbridge/core/runtime';
import { target } from './config.ts';
import { BAUD_RATES, MOST_PRIMARY } from './protocol/request.ts';
import { EVERY_METER } from './protocol/secondary-address.ts';
import type { Target } from './readout.ts';

export function parseTarget(text: string): Target {
  const parsed = argument(target)(text);
  if (parsed === EVERY_METER) throw new InvalidArgumentError('It must be one meter.');
  return parsed;
}

/** `0-250`, both included. */
export function parseRange(text: string): readonly [number, number] {
  const [, first, last = first] = /^(\d{1,3})(?:-(\d{1,3}))?$/.exec(text) ?? [];
  if (first === undefined || Number(last) > MOST_PRIMARY || Number(first) > Number(last))
    throw new InvalidArgumentError(`It must be a range of primary addresses such as 0-${MOST_PRIMARY}.`);
  return [Number(first), Number(last)];
}

export function parseBaud(text: string): number {
  const rate = Number(text);
  if (!BAUD_RATES.includes(rate))
    throw new InvalidArgumentError(`It must be one of ${BAUD_RATES.join(', ')}.`);
  return rate;
}
