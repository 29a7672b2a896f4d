import { dirname, isAbsolute, join } from 'node:path';
import type { z } from 'zod';
import type { BridgeError } from '../errors/index.ts';
import type { Setting } from './environment.ts';
import { type Checked, checkTree } from './findings.ts';
import { childOf, elementOf } from './inspect.ts';
import { type ConfigIssue, type Finding, issuesError, shown } from './issues.ts';
import { type MeterFile, readMeterFiles } from './meter-files.ts';
import type { Schema } from './pieces.ts';
import type { Settled } from './settle.ts';
import { isBranch, withValue } from './tree.ts';

/** What the main file and the environment say, before the meters of the folder are added. */
export interface MainPart extends Settled {
  readonly file: string | null;
  readonly settings: readonly Setting[];
  readonly place: (finding: Finding) => ConfigIssue;
}

export interface MetersFolder {
  readonly path: string;
  readonly files: readonly MeterFile[];
}

/** The folder that `meters_dir` names, read; null if it names none, a finding if it cannot be read. */
export function readFolder(schema: Schema, { value, file }: MainPart): MetersFolder | Finding | null {
  const meters = childOf(schema, 'meters');
  const meter = meters && elementOf(meters);
  const named = isBranch(value) ? value.meters_dir : undefined;
  if (meter === undefined || typeof named !== 'string' || named === '') return null;
  const path = isAbsolute(named) ? named : join(dirname(file ?? '.'), named);
  const read = readMeterFiles(path, meter);
  return 'files' in read ? { path, files: read.files } : { path: ['meters_dir'], message: read.problem };
}

/** What is wrong in one file, or in the main part of the configuration. */
interface Issue extends ConfigIssue {
  readonly from: MeterFile | null;
  readonly isSyntax: boolean;
}

export type Whole<Config extends z.ZodObject> =
  | { readonly ok: true; readonly config: z.output<Config> }
  | { readonly ok: false; readonly issues: readonly Issue[] };

/** Checks the main part together with the meters of these files. */
export function checkWhole<Config extends z.ZodObject>(
  schema: Config,
  main: MainPart,
  files: readonly MeterFile[],
): Whole<Config> {
  const listed = isBranch(main.value) ? (main.value.meters ?? []) : [];
  const first = Array.isArray(listed) ? listed.length : 0;
  const canJoin = Array.isArray(listed) && files.length > 0;
  const values = files.map(({ value }) => value);
  const tree = canJoin ? withValue(main.value, ['meters'], [...listed, ...values]) : main.value;
  const fromFiles = files.flatMap(({ findings }, index) =>
    findings.map((finding) => ({ ...finding, path: ['meters', first + index, ...finding.path] })),
  );
  const checked: Checked<Config> = checkTree(schema, tree, [...main.findings, ...fromFiles]);
  if (checked.ok) return checked;
  const issues = checked.findings.map((finding) => {
    const [top, index, ...path] = finding.path;
    const from = (top === 'meters' && typeof index === 'number' && files[index - first]) || null;
    const issue = from ? from.place({ ...finding, path }) : main.place(finding);
    return { ...issue, from, isSyntax: finding.position !== undefined };
  });
  return { ok: false, issues };
}

/** One error for all of these issues. */
export function errorOf(issues: readonly Issue[], hint?: string): BridgeError {
  const code = issues.every(({ isSyntax }) => isSyntax) ? 'config/syntax' : 'config/invalid';
  const told = shown(issues).map(({ from: _, isSyntax: __, ...issue }) => issue);
  return issuesError(code, told, issues.length, hint);
}
