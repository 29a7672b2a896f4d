import { type Address, address } from '@meterbridge/core/config';
import { InvalidArgumentError } from '@meterbridge/core/runtime';
import { target } from './config.ts';
import { BAUD_RATES, MOST_PRIMARY } from './protocol/request.ts';
import { EVERY_METER } from './protocol/secondary-address.ts';
import type { Target } from './readout.ts';

export function parseAddress(text: string): Address {
  const parsed = address.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues[0]!.message);
  return parsed.data;
}

export function parseTarget(text: string): Target {
  const parsed = target.safeParse(text);
  if (!parsed.success) throw new InvalidArgumentError(parsed.error.issues[0]!.message);
  if (parsed.data === EVERY_METER) throw new InvalidArgumentError('It must be one meter.');
  return parsed.data;
}

export function parsePrimary(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1 || number > MOST_PRIMARY)
    throw new InvalidArgumentError(`It must be a primary address from 1 to ${MOST_PRIMARY}.`);
  return number;
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

export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number above 0.');
  return number;
}
