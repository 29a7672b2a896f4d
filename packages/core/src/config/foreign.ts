import { readFileSync } from 'node:fs';
import * as z from 'zod';
import { BridgeError, toBridgeError } from '../errors/index.ts';
import type { Environment } from './environment.ts';
import { loadConfig } from './load.ts';
import type { LogLevel } from './sections.ts';

// How the configuration of another program is read: numbers may stand there as texts, and texts as numbers.

const HINT = 'Name the configuration file of the other program.';

/** Keys and values as YAML reads them. */
export type Section = Readonly<Record<string, unknown>>;

/**
 * The YAML or JSON file of another program.
 * @throws BridgeError config/missing, config/syntax, config/invalid if it is no section
 */
export function readForeign(file: string): Section {
  try {
    return loadConfig(z.looseObject({}), { file, env: {} }).config;
  } catch (thrown) {
    const error = toBridgeError(thrown);
    if (error.code !== 'config/missing') throw error;
    throw new BridgeError(error.code, error.message, { cause: error, hint: HINT });
  }
}

const BLANK = /^\s*(?:#.*)?$/;
const VARIABLE = /^\s*(?:export\s+|-\s+)?([A-Za-z_][A-Za-z0-9_]*)=(.*)$/;

/** Variables in a text of lines `NAME=value`, as shells and Docker take them, and whether nothing else is there. */
export function variablesIn(text: string): { readonly env: Environment; readonly isWhole: boolean } {
  const lines = text.split(/\r?\n/).filter((line) => !BLANK.test(line));
  const found = lines.flatMap((line) => {
    const [, name, value] = VARIABLE.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name, unquoted(value.trim())] as const];
  });
  return { env: Object.fromEntries(found), isWhole: found.length > 0 && found.length === lines.length };
}

/** Of a file that holds variables and nothing else; null for any other one, and for one that cannot be read. */
export function readVariables(file: string): Environment | null {
  try {
    const { env, isWhole } = variablesIn(readFileSync(file, 'utf8'));
    return isWhole ? env : null;
  } catch {
    return null;
  }
}

function unquoted(text: string): string {
  return /^(["']).*\1$/.test(text) ? text.slice(1, -1) : text;
}

/**
 * Variables win over what a file says: with `{ LOG: 'logging' }`, `LOG_LEVEL` is the key `level` of the section `logging`.
 * What belongs to none of the sections becomes a key of its own, so that it can be told of.
 */
export function withVariables(
  old: Section,
  env: Environment,
  sections: Readonly<Record<string, string>>,
): Section {
  const result: Record<string, unknown> = { ...old };
  for (const [name, value] of Object.entries(env)) {
    const prefix = Object.keys(sections).find((one) => name.startsWith(`${one}_`));
    const section = prefix && sections[prefix];
    if (!section) result[name] = value;
    else
      result[section] = {
        ...sectionOf(result[section]),
        [name.slice(prefix.length + 1).toLowerCase()]: value,
      };
  }
  return result;
}

/** Nothing else than a section has keys. */
export function sectionOf(value: unknown): Section {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
}

/** A value as text without blanks around it; null if nothing is left, and for lists and sections. */
export function textOf(value: unknown): string | null {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') return null;
  return String(value).trim() || null;
}

export function numberOf(value: unknown): number | null {
  const text = textOf(value);
  const number = text === null ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : null;
}

/** The texts of a list. */
export function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.flatMap((one) => textOf(one) ?? []) : [];
}

export function isTrue(value: unknown): boolean {
  return ['true', '1', 'yes', 'on'].includes(textOf(value)?.toLowerCase() ?? '');
}

/** `90` seconds → `90s`, `60` → `1m`; null if it is no time. */
export function durationOf(value: unknown, unitSeconds = 1): string | null {
  const seconds = Math.round((numberOf(value) ?? 0) * unitSeconds);
  if (seconds < 1) return null;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  return seconds % 60 === 0 ? `${seconds / 60}m` : `${seconds}s`;
}

const PYTHON_LEVELS: ReadonlyMap<string, LogLevel> = new Map([
  ['NOTSET', 'trace'],
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['WARN', 'warn'],
  ['WARNING', 'warn'],
  ['ERROR', 'error'],
  ['FATAL', 'fatal'],
  ['CRITICAL', 'fatal'],
]);

/** What Python's `logging` calls so; null if it does not. */
export function logLevelOfPython(name: unknown): LogLevel | null {
  return PYTHON_LEVELS.get(textOf(name)?.toUpperCase() ?? '') ?? null;
}

/** `mqtt://localhost:1883`, or what is said of it. */
export function brokerUrl(host: unknown, port: unknown, isEncrypted = false): string {
  const name = textOf(host) ?? 'localhost';
  return `${isEncrypted ? 'mqtts' : 'mqtt'}://${name.includes(':') ? `[${name}]` : name}:${textOf(port) ?? 1883}`;
}
