import { BridgeError, type ErrorCode } from '../errors/index.ts';
import type { Path, Position } from './yaml-text.ts';

/** One thing that is wrong, as found: where in the tree, and what. Never the value itself: it may be a secret. */
export interface Finding {
  readonly path: Path;
  /** The key itself is wrong, not its value. */
  readonly atKey?: boolean;
  readonly message: string;
  /** The key that this leaves without a value: that is not reported again. */
  readonly covers?: Path;
  /** The environment variable it came from. */
  readonly variable?: string;
  /** Where it stands, if it is text that could not be read as YAML. */
  readonly position?: Position;
}

/** The same with the place where the user can mend it: file, line and column, or a variable. */
export interface ConfigIssue extends Partial<Position> {
  /** Such as `meters[0].interval`; empty for the whole file. */
  readonly path: string;
  readonly message: string;
  readonly file?: string;
  readonly variable?: string;
}

/** So many are shown; a file with more is not the file that was meant. */
const MAX_SHOWN = 100;

export function shown<Item>(items: readonly Item[]): readonly Item[] {
  return items.slice(0, MAX_SHOWN);
}

/** One error for all issues, one line each; `facts.issues` holds them. */
export function issuesError(
  code: ErrorCode,
  issues: readonly ConfigIssue[],
  total: number,
  hint?: string,
): BridgeError {
  const lines = issues.toSorted(byPlace).map(lineOf);
  if (total > issues.length) lines.push(`… and ${total - issues.length} more`);
  return new BridgeError(code, lines.join('\n'), {
    facts: { issues },
    ...(hint !== undefined && { hint }),
  });
}

/** `meters[0].address`. Of a key that is no plain name only the beginning: `password=hunter2` may be one. */
export function pathText(path: Path): string {
  return path.map(stepText).join('').replace(/^\./, '');
}

function stepText(step: PropertyKey): string {
  if (typeof step === 'number') return `[${step}]`;
  const name = String(step);
  const begin = /^[\w-]{0,64}/.exec(name)?.[0] ?? '';
  return begin === name ? `.${name}` : `."${begin}…"`;
}

function lineOf({ file, line, column, variable, path, message }: ConfigIssue): string {
  const place = variable ?? `${file}:${line}:${column}`;
  return path === '' ? `${place}: ${message}` : `${place} ${path}: ${message}`;
}

function byPlace(a: ConfigIssue, b: ConfigIssue): number {
  if (a.file !== b.file) return (a.file ?? '') < (b.file ?? '') ? -1 : 1;
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
