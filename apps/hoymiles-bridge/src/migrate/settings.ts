import { readFileSync } from 'node:fs';
import { type Environment, readForeign } from '@meterbridge/core/config';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { Old } from './old.ts';
import { settingsIn, strangersIn } from './variables.ts';

const STANDARD_INPUT = '-';
const BLANK = /^\s*(?:#.*)?$/;
const VARIABLE = /^\s*(?:export\s+|-\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;

/**
 * Settings by their names in small letters: of a YAML file, of a file of variables as Docker takes them, or of the variables
 * that `env` prints to standard input.
 * @throws BridgeError input/unreadable, config/missing, config/syntax
 */
export function readSettings(file: string): Old {
  const lines = linesOf(file).filter((line) => !BLANK.test(line));
  const variables = lines.map((line) => VARIABLE.exec(line)).filter((found) => found !== null);
  const env: Environment = Object.fromEntries(
    variables.map(([, name, text]) => [name, unquoted(text!.trim())]),
  );
  // Variables of all kinds are there, and some have several lines.
  if (file === STANDARD_INPUT) return settingsIn(env);
  const isYaml = lines.length === 0 || variables.length < lines.length;
  if (isYaml) return readForeign(file);
  return { ...strangersIn(env), ...settingsIn(env) };
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file === STANDARD_INPUT ? 0 : file, 'utf8').split(/\r?\n/);
  } catch (cause) {
    throw new BridgeError('input/unreadable', `cannot read ${file}: ${toBridgeError(cause).message}`, {
      cause,
    });
  }
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
