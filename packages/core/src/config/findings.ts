import type { z } from 'zod';
import { schemaAt } from './inspect.ts';
import { type Finding, pathText } from './issues.ts';
import { explain } from './messages.ts';
import type { Schema } from './pieces.ts';
import { keysOf } from './settle.ts';
import { explainUnknown } from './suggest.ts';
import { valueAt } from './tree.ts';
import type { Path } from './yaml-text.ts';

export type Checked<Config extends z.ZodObject> =
  | { readonly ok: true; readonly config: z.output<Config> }
  | { readonly ok: false; readonly findings: readonly Finding[] };

/** Checks a tree against the schema; what was found before counts too, and is not reported twice. */
export function checkTree<Config extends z.ZodObject>(
  schema: Config,
  tree: unknown,
  before: readonly Finding[],
): Checked<Config> {
  const parsed = schema.safeParse(tree, { error: explain });
  if (parsed.success && before.length === 0) return { ok: true, config: parsed.data };
  const covered = new Set(before.map(({ path, covers }) => pathText(covers ?? path)));
  const found = (parsed.error?.issues ?? [])
    .flatMap((issue) => findingsOf(schema, tree, issue))
    .filter(({ path }) => !covered.has(pathText(path)));
  return { ok: false, findings: [...before, ...found] };
}

function findingsOf(schema: Schema, tree: unknown, issue: z.core.$ZodIssue): readonly Finding[] {
  const { path, message } = issue;
  if (issue.code === 'unrecognized_keys') return issue.keys.map((key) => unknownKey(schema, path, key));
  if (path.length === 0 && issue.code === 'invalid_type') {
    const [first] = keysOf(schema);
    return [
      { path, message: `must hold keys with values${first === undefined ? '' : `, such as ${first}:`}` },
    ];
  }
  const isMissing = issue.code !== 'custom' && valueAt(tree, path) === undefined;
  return [{ path, message: isMissing ? `is missing; ${message}` : message }];
}

function unknownKey(schema: Schema, path: Path, key: string): Finding {
  const section = schemaAt(schema, path);
  return { path: [...path, key], atKey: true, message: explainUnknown(key, section ? keysOf(section) : []) };
}
