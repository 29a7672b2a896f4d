import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseAesKey } from '@meterbridge/core/config';
import { BridgeError, messageOf } from '@meterbridge/core/errors';
import { type Command, keyArgument, Option } from '@meterbridge/core/runtime';
import type { Keys } from './encryption.ts';

/** How a key was given on the command line. */
interface GivenKey {
  readonly bytes: Uint8Array;
  /** What says the same in the configuration: what stands behind `key` there. */
  readonly setting: string;
}

/** Options of a command that has to do with encrypted telegrams. */
export interface KeyArguments {
  readonly key?: GivenKey;
  readonly keyFile?: GivenKey;
  readonly authKey?: GivenKey;
  readonly authKeyFile?: GivenKey;
}

export function addKeyOptions(command: Command): Command {
  const pair = (name: string, about: string): void => {
    const file = new Option(`--${name}-file <file>`, 'file that holds it: it is not seen by others then');
    command.addOption(new Option(`--${name} <hex>`, about).argParser(fromText(`--${name}`)));
    command.addOption(file.argParser(fromFile(`--${name}-file`)).conflicts(camelCase(name)));
  };
  pair('key', 'key of a meter that encrypts: 32 hexadecimal digits');
  pair('auth-key', 'its authentication key; default: the one of Luxembourg');
  return command;
}

/**
 * null if there is none.
 * @throws BridgeError usage/invalid
 */
export function keysOfArguments({ key, keyFile, authKey, authKeyFile }: KeyArguments): Keys | null {
  const [given, auth] = [key ?? keyFile, authKey ?? authKeyFile];
  if (given) return { key: given.bytes, authKey: auth?.bytes ?? null };
  if (auth) throw new BridgeError('usage/invalid', '--auth-key opens nothing without --key');
  return null;
}

/** The same keys as lines of the configuration: a file stays a file, so that its key is shown nowhere. */
export function keySettings({ key, keyFile, authKey, authKeyFile }: KeyArguments): readonly string[] {
  return [key ?? keyFile, authKey ?? authKeyFile].flatMap((given, at) =>
    given ? `${at === 0 ? '' : 'auth_'}key${given.setting}` : [],
  );
}

function fromText(option: string): (text: string) => GivenKey {
  const parse = keyArgument(option);
  return (text) => ({ bytes: parse(text), setting: `: ${JSON.stringify(text.trim())}` });
}

function fromFile(option: string): (path: string) => GivenKey {
  return (path) => {
    const bytes = parseAesKey(textOf(option, path));
    if (bytes) return { bytes, setting: `_file: ${JSON.stringify(resolve(path))}` };
    throw new BridgeError('usage/invalid', `${option}: ${path} must hold a key of 32 hexadecimal digits`);
  };
}

function textOf(option: string, path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (thrown) {
    throw new BridgeError('usage/invalid', `${option}: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}
