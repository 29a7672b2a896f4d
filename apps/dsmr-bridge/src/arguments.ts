import { InvalidArgumentError } from '@meterbridge/core/runtime';
import type * as z from 'zod';
import { FAULTS, type Fault } from './simulator/faults.ts';

// How arguments of the command line are read.

/** Reads an argument as the configuration would read its value. */
export function argument<Output>(schema: z.ZodType<Output>): (text: string) => Output {
  return (text) => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(parsed.error.issues[0]!.message);
  };
}

export function parseFaults(text: string): readonly Fault[] {
  return text.split(',').map((name) => {
    const fault = FAULTS.find((known) => known === name.trim());
    if (!fault) throw new InvalidArgumentError(`"${name}" is none of ${FAULTS.join(', ')}.`);
    return fault;
  });
}

export function positiveInteger(text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It must be a whole number above 0.');
  return number;
}
