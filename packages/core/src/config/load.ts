import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { z } from 'zod';
import { BridgeError } from '../errors/index.ts';
import { type Environment, readEnvironment, type Setting } from './environment.ts';
import { childOf, schemaAt } from './inspect.ts';
import { type Finding, issuesError, pathText, shown } from './issues.ts';
import type { MeterFile } from './meter-files.ts';
import type { Schema } from './pieces.ts';
import { placeAmong, placeIn } from './place.ts';
import { fileKeyOf, secretKeyOf, settle } from './settle.ts';
import { readTextFile } from './text-file.ts';
import { isBranch, withoutKey, withValue } from './tree.ts';
import { checkWhole, errorOf, type MainPart, type MetersFolder, readFolder } from './whole.ts';
import { parseYaml, type YamlText } from './yaml-text.ts';

export interface ConfigSources {
  /** The file that the user named: it must exist. */
  readonly file?: string | undefined;
  /** Where a file may be otherwise; the first that exists is taken. */
  readonly candidates?: readonly string[];
  readonly env?: Environment;
  /** Asked when there is no file. */
  readonly legacyVariables?: LegacyVariables | undefined;
}

/**
 * What the variables of the program that an app succeeds say, as variables of the app; those that are set beside them win.
 * Null: there are none.
 */
export type LegacyVariables = (env: Environment) => Translated | null;

export interface Translated {
  readonly env: Environment;
  /** One line for the log: what was taken, and how to make a file of it. */
  readonly notice: string;
}

/** Where a configuration came from: what whoever wants to notice its changes has to watch. */
export interface ConfigPlaces {
  readonly files: readonly string[];
  /** Folders of meter files. */
  readonly folders: readonly string[];
}

export interface LoadedConfig<Config extends z.ZodObject> {
  readonly config: z.output<Config>;
  /** Null when everything came from the environment. */
  readonly file: string | null;
  readonly places: ConfigPlaces;
  /** The files whose meters are in the configuration, by path. */
  readonly meterFiles: ReadonlyMap<string, MeterFile>;
  /** What the user is to be told of where it came from. */
  readonly notice: string | null;
  /** Files that are not in the configuration as they are now; an error for each. */
  readonly broken: readonly BridgeError[];
}

/**
 * Reads the configuration file, lays the environment over it, and adds the meters of the folder that it names. The
 * environment alone may be enough.
 * @param before the configuration until now: a meter file that is broken counts as what it was in there, and is
 *   in `broken`. Without it a broken meter file is an error like any other.
 * @throws BridgeError config/missing, config/syntax, or config/invalid with all issues in message and `facts.issues`
 */
export function loadConfig<Config extends z.ZodObject>(
  schema: Config,
  { file: named, candidates = [], env = process.env, legacyVariables }: ConfigSources,
  before?: LoadedConfig<Config>,
): LoadedConfig<Config> {
  const file = named ?? candidates.find((candidate) => existsSync(candidate)) ?? null;
  const yaml = file === null ? undefined : readYaml(file);
  const legacy = file === null ? legacyVariables?.(env) : null;
  const notice = legacy?.notice ?? null;
  const environment = readEnvironment(schema, { ...legacy?.env, ...env });
  const { main, folder } = readParts(schema, file, yaml, environment);
  const files = folder?.files ?? [];
  const places = placesOf(main, folder);
  const whole = checkWhole(schema, main, files);
  if (whole.ok) return { config: whole.config, file, places, notice, meterFiles: byPath(files), broken: [] };
  const isUntouched = environment.settings.length === 0 && environment.findings.length === 0;
  if (yaml === undefined && isUntouched) throw nothingFound(candidates);
  const broken = files.filter((one) => whole.issues.some(({ from }) => from === one));
  const kept = files.flatMap((one) =>
    broken.includes(one) ? (before?.meterFiles.get(one.file) ?? []) : one,
  );
  const rest = before && broken.length > 0 ? checkWhole(schema, main, kept) : whole;
  if (!rest.ok) {
    throw errorOf(
      whole.issues,
      yaml ? undefined : `Nothing but the environment was read: ${lookedFor(candidates)}.`,
    );
  }
  const errors = broken.map((one) => errorOf(whole.issues.filter(({ from }) => from === one)));
  return { config: rest.config, file, places, notice, meterFiles: byPath(kept), broken: errors };
}

function readParts(
  schema: Schema,
  file: string | null,
  yaml: YamlText | undefined,
  { settings, findings }: ReturnType<typeof readEnvironment>,
): { readonly main: MainPart; readonly folder: MetersFolder | null } {
  const tree = settings.reduce<unknown>(
    (under, setting) => applySetting(schema, under, setting),
    yaml?.value ?? {},
  );
  const settled = settle(schema, tree, dirname(file ?? '.'));
  const place = placeAmong(settings, file === null || !yaml ? undefined : placeIn(file, yaml));
  const main = { ...settled, file, settings, place };
  const folder = readFolder(schema, main);
  const isRead = folder !== null && 'files' in folder;
  const own = folder === null ? noMeters(schema, settled.value) : isRead ? [] : [folder];
  const all = [...findings, ...settled.findings, ...own];
  return { main: { ...main, findings: all }, folder: isRead ? folder : null };
}

/** Without a folder that may get files later, a configuration without meters is one that was forgotten. */
function noMeters(schema: Schema, value: unknown): readonly Finding[] {
  if (!isBranch(value) || childOf(schema, 'meters_dir') === undefined) return [];
  const { meters, meters_dir } = value;
  const path = ['meters'];
  if (meters_dir !== undefined) return [];
  if (meters === undefined) {
    return [{ path, message: 'is missing; must be a list, or meters_dir must name a folder of meters' }];
  }
  return Array.isArray(meters) && meters.length === 0
    ? [{ path, message: 'must have at least 1 entry' }]
    : [];
}

function placesOf(main: MainPart, folder: MetersFolder | null): ConfigPlaces {
  const own = main.file === null ? [] : [main.file];
  const secretFiles = folder?.files.flatMap((one) => one.secretFiles) ?? [];
  return { files: [...own, ...main.files, ...secretFiles], folders: folder ? [folder.path] : [] };
}

function byPath(files: readonly MeterFile[]): ReadonlyMap<string, MeterFile> {
  return new Map(files.map((one) => [one.file, one]));
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
  if (candidates.length === 0) return 'no file was named';
  return candidates.map((candidate) => `${candidate} ${whyNot(candidate)}`).join(', ');
}

/** In a folder that this user may not look into it seems to be missing. */
function whyNot(candidate: string): string {
  const file = readTextFile(candidate);
  return 'problem' in file ? file.problem : 'was not there';
}
