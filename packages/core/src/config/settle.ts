import { resolve } from 'node:path';
import { childOf, elementOf, inspect, isSecret, shapeOf } from './inspect.ts';
import type { Finding } from './issues.ts';
import type { Schema } from './pieces.ts';
import { readValueFile } from './text-file.ts';
import { isBranch } from './tree.ts';
import type { Path } from './yaml-text.ts';

const SUFFIX = '_file';

export interface Settled {
  readonly value: unknown;
  readonly findings: readonly Finding[];
  /** The files that filled a key, or should have. */
  readonly files: readonly string[];
}

/** The key that a file may fill instead: `password` for `password_file`. */
export function secretKeyOf(section: Schema, key: string): string | undefined {
  if (!key.endsWith(SUFFIX) || childOf(section, key) !== undefined) return undefined;
  const name = key.slice(0, -SUFFIX.length);
  const schema = childOf(section, name);
  return schema !== undefined && isSecret(schema) ? name : undefined;
}

export function fileKeyOf(secretKey: string): string {
  return `${secretKey}${SUFFIX}`;
}

/** Every key that may stand in a section, the forms with `_file` among them. */
export function keysOf(section: Schema): readonly string[] {
  const entries = Object.entries(shapeOf(section) ?? {});
  return entries.flatMap(([key, child]) => (isSecret(child) ? [key, fileKeyOf(key)] : [key]));
}

/**
 * The tree as the schema wants it: `password_file: path` becomes `password`, and a key without a value
 * is not there. A relative path starts at `folder`.
 */
export function settle(schema: Schema, tree: unknown, folder: string): Settled {
  const findings: Finding[] = [];
  const files: string[] = [];
  return { value: settleValue({ folder, findings, files }, schema, tree, []), findings, files };
}

interface Settling {
  readonly folder: string;
  readonly findings: Finding[];
  readonly files: string[];
}

/** Goes no deeper than the schema does: a tree with aliases may hold itself. */
function settleValue(settling: Settling, schema: Schema, value: unknown, path: Path): unknown {
  if (Array.isArray(value)) {
    const element = elementOf(schema);
    if (element === undefined) return value;
    return value.map((item, index) => settleValue(settling, element, item, [...path, index]));
  }
  if (!isBranch(value)) return value;
  const keys = new Set(Object.keys(value).filter((key) => isSet(schema, key, value[key])));
  for (const key of requiredSections(schema)) keys.add(key);
  return Object.fromEntries(
    Array.from(keys, (key) => {
      const own = [...path, key];
      const item = Object.hasOwn(value, key) ? (value[key] ?? {}) : {};
      const secretKey = secretKeyOf(schema, key);
      if (secretKey !== undefined) {
        if (keys.has(secretKey))
          settling.findings.push({ path: own, atKey: true, message: besides(secretKey) });
        return [secretKey, readSecret(settling, item, own, [...path, secretKey])];
      }
      const child = childOf(schema, key);
      return [key, child === undefined ? item : settleValue(settling, child, item, own)];
    }),
  );
}

/** A known key without a value is not set; an unknown one stays, so that it is reported. */
function isSet(schema: Schema, key: string, value: unknown): boolean {
  const isKnown = childOf(schema, key) !== undefined || secretKeyOf(schema, key) !== undefined;
  return (value !== null && value !== undefined) || !isKnown;
}

/** Sections that must be there are looked into even if they are not: it is their keys that are missing. */
function requiredSections(schema: Schema): readonly string[] {
  const entries = Object.entries(shapeOf(schema) ?? {});
  return entries
    .filter(([, child]) => shapeOf(child) !== undefined && !inspect(child).optional)
    .map(([key]) => key);
}

function besides(secretKey: string): string {
  return `is there beside ${secretKey}; must be only one of them`;
}

function readSecret({ folder, findings, files }: Settling, name: unknown, path: Path, covers: Path): unknown {
  if (typeof name !== 'string') {
    findings.push({ path, covers, message: 'must be the path of a file' });
    return undefined;
  }
  const secretFile = resolve(folder, name);
  files.push(secretFile);
  const file = readValueFile(secretFile);
  if ('text' in file) return file.text;
  findings.push({ path, covers, message: file.problem });
  return undefined;
}
