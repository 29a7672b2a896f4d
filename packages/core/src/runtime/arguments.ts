import { InvalidArgumentError } from 'commander';
import type { z } from 'zod';
import { address, parseAesKey } from '../config/index.ts';
import { BridgeError } from '../errors/index.ts';
import type { TcpAddress } from '../model/index.ts';

// How arguments of the command line are read.

/** Reads an argument as the configuration would read its value. */
export function argument<Output>(schema: z.ZodType<Output>): (text: string) => Output {
  return (text) => {
    const parsed = schema.safeParse(text);
    if (parsed.success) return parsed.data;
    throw new InvalidArgumentError(`It ${parsed.error.issues[0]!.message}.`);
  };
}

/** @param least and most, both included */
export function wholeNumber(least = 0, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const range = most === Number.MAX_SAFE_INTEGER ? `, ${least} or more` : ` from ${least} to ${most}`;
  return (text) => {
    const number = Number(text);
    if (/^\d+$/.test(text) && number >= least && number <= most) return number;
    throw new InvalidArgumentError(`It must be a whole number${range}.`);
  };
}

/** Some of the names, with commas between them; `none` is an empty list. */
export function listOf<Name extends string>(names: readonly Name[]): (text: string) => readonly Name[] {
  return (text) => {
    if (text === 'none') return [];
    return text.split(',').map((one) => {
      const name = names.find((known) => known === one.trim());
      if (name !== undefined) return name;
      throw new InvalidArgumentError(`"${one.trim()}" is none of ${names.join(', ')}.`);
    });
  };
}

/** `tcp://host:port` to listen on. */
export function tcpPlace(text: string): TcpAddress {
  const place = argument(address)(text);
  if (place.kind === 'tcp') return place;
  throw new InvalidArgumentError('It must be like tcp://127.0.0.1:2001.');
}

/** A key of AES-128. Unlike other arguments it is not shown when it is wrong. */
export function keyArgument(option: string): (text: string) => Uint8Array {
  return (text) => {
    const key = parseAesKey(text);
    if (key) return key;
    throw new BridgeError('usage/invalid', `${option} must be a key of 32 hexadecimal digits`);
  };
}
