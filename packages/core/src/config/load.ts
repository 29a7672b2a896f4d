import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { BridgeError } from '../errors/index.ts';
import { type Environment, readEnvironment, type Setting, variableOf } from './environment.ts';
import { checkTree } from './findings.ts';
import { schemaAt } from './inspect.ts';
import { type ConfigIssue, type Finding, issuesError, pathText, shown } from './issues.ts';
import type { Schema } from './pieces.ts';
import { fileKeyOf, secretKeyOf, settle } from './settle.ts';
import { readTextFile } from './text-file.ts';
import { valueAt, withoutKey, withValue } from './tree.ts';
import { type Path, parseYaml, type YamlText } from './yaml-text.ts';

export interface ConfigSources {
  /** The file that the user named: it must exist. */
  readonly file?: string | undefined;
  /** Where a file may be otherwise; the first that exists is taken. */
  readonly candidates?: readonly string[];
  readonly env?: Environment;
}

export interface LoadedConfig<Config extends z.ZodObject> {
  readonly config: z.output<Config>;
  /** Null when everything came from the environment. */
  readonly file: string | null;
}

/**
 * Reads the configuration file and lays the environment over it. The environment alone may be enough.
 * @throws BridgeError config/missing, config/syntax, or config/invalid with all issues in message and `facts.issues`
 */
export function loadConfig<Config extends z.ZodObject>(
  schema: Config,
  { file: named, candidates = [], env = process.env }: ConfigSources,
): LoadedConfig<Config> {
  const file = named ?? candidates.find((candidate) => existsSync(candidate)) ?? null;
  const yaml = file === null ? undefined : readYaml(file);
  const environment = readEnvironment(schema, env);
  const tree = environment.settings.reduce<unknown>(
    (under, setting) => applySetting(schema, under, setting),
    yaml?.value ?? {},
  );
  const settled = settle(schema, tree, dirname(file ?? '.'));
  const checked = checkTree(schema, settled.value, [...environment.findings, ...settled.findings]);
  if (checked.ok) return { config: checked.config, file };
  const isUntouched = environment.settings.length === 0 && environment.findings.length === 0;
  if (yaml === undefined && isUntouched) throw nothingFound(candidates);
  const issues = shown(checked.findings).map((finding) => placed(finding, environment.settings, file, yaml));
  throw issuesError(
    'config/invalid',
    issues,
    checked.findings.length,
    yaml ? undefined : `Nothing but the environment was read: ${lookedFor(candidates)}.`,
  );
}

function readYaml(file: string): YamlText {
  const content = readTextFile(file);
  if ('problem' in content) {
    throw new BridgeError('config/missing', `${file} ${content.problem}`, { facts: { file } });
  }
  const yaml = parseYaml(content.text);
  if (yaml.problems.length === 0) return yaml;
  const issues = shown(yaml.problems).map((problem) => ({ ...problem, file, path: pathText(problem.path) }));
  throw issuesError('config/syntax', issues, yaml.problems.length);
}

/** What the environment says replaces what the file says, also in its other form: `password_file`. */
function applySetting(schema: Schema, tree: unknown, { path, value }: Setting): unknown {
  const parent = path.slice(0, -1);
  const section = schemaAt(schema, parent);
  const fileKey = fileKeyOf(String(path.at(-1)));
  const hasFileForm = section !== undefined && secretKeyOf(section, fileKey) !== undefined;
  return withValue(hasFileForm ? withoutKey(tree, [...parent, fileKey]) : tree, path, value);
}

function nothingFound(candidates: readonly string[]): BridgeError {
  const detail = `there is no configuration: ${lookedFor(candidates)}`;
  return new BridgeError('config/missing', detail, { facts: { candidates } });
}

function lookedFor(candidates: readonly string[]): string {
  return candidates.length === 0 ? 'no file was named' : `there is no ${candidates.join(' and no ')}`;
}

function placed(
  { path, atKey = false, message, variable }: Finding,
  settings: readonly Setting[],
  file: string | null,
  yaml: YamlText | undefined,
): ConfigIssue {
  const issue = { path: pathText(path), message };
  const source = variable ?? settings.findLast((setting) => leadsTo(setting, path))?.variable;
  if (source !== undefined) return { ...issue, variable: source };
  if (file === null || yaml === undefined) return { ...issue, variable: variableOf(path) };
  return { ...issue, file, ...yaml.locate(writtenPath(yaml.value, path), atKey ? 'key' : 'value') };
}

/** The path of the key that stands in the file: `password_file` where that filled `password`. */
function writtenPath(tree: unknown, path: Path): Path {
  const filePath = [...path.slice(0, -1), fileKeyOf(String(path.at(-1)))];
  return valueAt(tree, path) === undefined && valueAt(tree, filePath) !== undefined ? filePath : path;
}

function leadsTo(setting: Setting, path: Path): boolean {
  return setting.path.every((step, index) => step === path[index]);
}
