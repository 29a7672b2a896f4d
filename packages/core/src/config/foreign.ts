import * as z from 'zod';
import { loadConfig } from './load.ts';
import type { LogLevel } from './sections.ts';

// How the configuration of another program is read: numbers may stand there as texts, and texts as numbers.

/** Keys and values as YAML reads them. */
export type Section = Readonly<Record<string, unknown>>;

/**
 * The YAML or JSON file of another program.
 * @throws BridgeError config/missing, config/syntax, config/invalid if it is no section
 */
export function readForeign(file: string): Section {
  return loadConfig(z.looseObject({}), { file, env: {} }).config;
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
