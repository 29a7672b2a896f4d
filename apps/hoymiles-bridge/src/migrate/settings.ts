import { readFileSync } from 'node:fs';
import { readForeign, variablesIn } from '@meterbridge/core/config';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { Old } from './old.ts';
import { settingsIn, strangersIn } from './variables.ts';

const STANDARD_INPUT = '-';

/**
 * Settings by their names in small letters: of a YAML file, of a file of variables as Docker takes them, or of the variables
 * that `env` prints to standard input.
 * @throws BridgeError input/unreadable, config/missing, config/syntax
 */
export function readSettings(file: string): Old {
  const { env, isWhole } = variablesIn(textOf(file));
  // Variables of all kinds are there, and some have several lines.
  if (file === STANDARD_INPUT) return settingsIn(env);
  return isWhole ? { ...strangersIn(env), ...settingsIn(env) } : readForeign(file);
}

function textOf(file: string): string {
  try {
    return readFileSync(file === STANDARD_INPUT ? 0 : file, 'utf8');
  } catch (cause) {
    throw new BridgeError('input/unreadable', `cannot read ${file}: ${toBridgeError(cause).message}`, {
      cause,
    });
  }
}
