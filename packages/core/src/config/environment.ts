import { resolve } from 'node:path';
import { childOf, elementOf, isContainer, shapeOf, takesOnlyText } from './inspect.ts';
import type { Finding } from './issues.ts';
import type { Schema } from './pieces.ts';
import { keysOf } from './settle.ts';
import { explainUnknown } from './suggest.ts';
import { readValueFile } from './text-file.ts';
import { type Path, parseYaml } from './yaml-text.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/** A key that a variable sets. */
export interface Setting {
  readonly path: Path;
  readonly value: unknown;
  readonly variable: string;
}

interface EnvironmentSettings {
  /** Lists and sections before the keys inside of them. */
  readonly settings: readonly Setting[];
  readonly findings: readonly Finding[];
}

interface KnownKey {
  readonly path: Path;
  readonly schema: Schema;
}

/** Where the name of a variable leads in the schema, or why it leads nowhere. */
type Target = KnownKey | { readonly path: Path; readonly problem: string };

/**
 * The keys that the environment sets: `MQTT__URL`, `METERS__0__ADDRESS`, or any of them with `_FILE` for
 * the content of a file. Sections of the first level are set key by key, so that a `LOG` or a `LOG_FILE` of another
 * program does no harm. An empty variable counts as not set.
 */
export function readEnvironment(schema: Schema, env: Environment): EnvironmentSettings {
  const read = Object.entries(env).flatMap(([variable, text]) =>
    text ? readVariable(schema, variable, text) : [],
  );
  const settings = read.filter((item) => 'value' in item).toSorted((a, b) => a.path.length - b.path.length);
  const findings = read.filter((item) => 'message' in item);
  const first = new Map<string, string>();
  for (const { path, variable } of settings) {
    const other = first.get(path.join('.'));
    if (other === undefined) first.set(path.join('.'), variable);
    else findings.push({ path, variable, message: `is set by ${other} too; must be set once` });
  }
  return { settings, findings };
}

/** The name of the variable that sets a key. */
export function variableOf(path: Path): string {
  return path.map(String).join('__').toUpperCase();
}

function readVariable(schema: Schema, variable: string, text: string): readonly (Setting | Finding)[] {
  const target = findTarget(schema, variable.split('__'));
  const stem = /^(.+)_FILE$/i.exec(variable)?.[1];
  const viaFile = stem === undefined ? undefined : findTarget(schema, stem.split('__'));
  if (target !== undefined && 'schema' in target) return [coerce(target, variable, text)];
  if (viaFile !== undefined && 'schema' in viaFile) return [fromFile(viaFile, variable, text)];
  const problem = target ?? viaFile;
  if (problem === undefined || !('problem' in problem)) return [];
  return [{ path: problem.path, variable, message: problem.problem }];
}

/** Undefined: the variable is not ours. */
function findTarget(root: Schema, levels: readonly string[]): Target | undefined {
  let path: Path = [];
  let schema = root;
  for (const level of levels) {
    const step = stepOf(schema, level);
    if (step === undefined) {
      return path.length === 0
        ? undefined
        : { path: [...path, level.toLowerCase()], problem: explainLevel(schema, level) };
    }
    path = [...path, step];
    schema = childOf(schema, step) ?? schema;
  }
  return path.length === 1 && shapeOf(schema) !== undefined ? undefined : { path, schema };
}

function stepOf(schema: Schema, level: string): PropertyKey | undefined {
  if (elementOf(schema) !== undefined) return /^[0-9]{1,4}$/.test(level) ? Number(level) : undefined;
  const name = level.toLowerCase();
  const shape = shapeOf(schema);
  if (shape !== undefined) return Object.keys(shape).find((key) => key.toLowerCase() === name);
  return childOf(schema, name) === undefined || name === '' ? undefined : name;
}

function explainLevel(schema: Schema, level: string): string {
  if (elementOf(schema) !== undefined) return 'must name the entry of the list by its number, from 0';
  return explainUnknown(level.toLowerCase(), keysOf(schema));
}

function fromFile(target: KnownKey, variable: string, name: string): Setting | Finding {
  const file = readValueFile(resolve(name));
  if ('text' in file) return coerce(target, variable, file.text);
  return { path: target.path, variable, message: file.problem };
}

function coerce({ path, schema }: KnownKey, variable: string, text: string): Setting | Finding {
  if (takesOnlyText(schema)) return { path, variable, value: text };
  const { value, problems } = parseYaml(text);
  if (problems.length === 0) return { path, variable, value };
  // A piece with a syntax of its own says itself what would be right.
  return isContainer(schema)
    ? { path, variable, message: 'must be valid YAML or JSON' }
    : { path, variable, value: text };
}
