import { readFileSync } from 'node:fs';
import { loadConfig } from '@meterbridge/core/config';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import * as z from 'zod';
import type { Old } from './old.ts';

const VARIABLE = /^\s*(?:export\s+|-\s+)?([A-Z][A-Z0-9_]*)=(.*)$/;

/**
 * Settings by their names in small letters: of a YAML file, or of a file of variables as Docker takes them.
 * @throws BridgeError input/unreadable, config/syntax
 */
export function readSettings(file: string): Old {
  const lines = linesOf(file).filter((line) => !/^\s*(?:#.*)?$/.test(line));
  const variables = lines.map((line) => VARIABLE.exec(line));
  if (lines.length === 0 || variables.some((found) => found === null))
    return loadConfig(z.looseObject({}), { file, env: {} }).config;
  return Object.fromEntries(
    variables.flatMap((found) => (found ? [[found[1]!.toLowerCase(), unquoted(found[2]!.trim())]] : [])),
  );
}

function linesOf(file: string): readonly string[] {
  try {
    return readFileSync(file, 'utf8').split(/\r?\n/);
  } catch (cause) {
    throw new BridgeError('input/unreadable', `cannot read ${file}: ${toBridgeError(cause).message}`, {
      cause,
    });
  }
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}
