import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isScalar,
  isSeq,
  LineCounter,
  type Pair,
  parseDocument,
} from 'yaml';
import { explainSyntax, SYNTAX } from './syntax-messages.ts';

export type Path = readonly PropertyKey[];

export interface Position {
  /** Counted from 1, as is `column`. */
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem extends Position {
  readonly path: Path;
  /** Never holds text of the file: it may be a password. */
  readonly message: string;
}

export interface YamlText {
  /** Plain values; undefined when there are problems. */
  readonly value: unknown;
  readonly problems: readonly SyntaxProblem[];
  /** Where a key or its value stands; the nearest section around it if it is not there. */
  readonly locate: (path: Path, part: 'key' | 'value') => Position;
}

/** More than any list of meters needs, and few enough to stop an alias that multiplies itself. */
const MAX_ALIASES = 10_000;

const OPTIONS = {
  // Also where the text asks for another one: `no` is text, `!!binary` is refused.
  schema: 'core',
  resolveKnownTags: false,
  stringKeys: true,
  // Its own messages repeat the text, and its own search for twins is quadratic.
  prettyErrors: false,
  uniqueKeys: false,
} as const;

/** Reads one YAML document. Never throws: whatever is wrong with it is in `problems`. */
export function parseYaml(text: string): YamlText {
  const lines = new LineCounter();
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(Math.min(offset, text.length));
    return { line, column: col };
  };
  const document = parseDocument(text, { ...OPTIONS, lineCounter: lines });
  const problems = [...document.errors, ...document.warnings].map(({ code, pos }) => ({
    ...positionAt(pos[0]),
    path: [],
    message: explainSyntax(code),
  }));
  const structure = findStructureProblems(document, positionAt);
  const all = [...problems, ...structure];
  const locate: YamlText['locate'] = (path, part) => positionAt(offsetOf(document, path, part));
  if (all.length > 0) return { value: undefined, problems: all, locate };
  try {
    return { value: document.toJS({ maxAliasCount: MAX_ALIASES }), problems: [], locate };
  } catch {
    return {
      value: undefined,
      problems: [{ line: 1, column: 1, path: [], message: SYNTAX.aliases }],
      locate,
    };
  }
}

/** Keys that are there twice, and aliases without an anchor. */
function findStructureProblems(
  document: Document,
  positionAt: (offset: number) => Position,
): readonly SyntaxProblem[] {
  const problems: SyntaxProblem[] = [];
  const anchors = new Set<string>();
  const note = (node: unknown, path: Path, message: string): void => {
    problems.push({ ...positionAt(startOf(node) ?? 0), path, message });
  };
  const walkPair = ({ key, value }: Pair, path: Path, seen: Map<string, number>): void => {
    const name = keyOf(key);
    const first = seen.get(name);
    const own = [...path, name];
    if (first !== undefined) note(key, own, SYNTAX.twin(positionAt(first).line));
    else seen.set(name, startOf(key) ?? 0);
    walk(value, own);
  };
  const walk = (node: unknown, path: Path): void => {
    if (isAlias(node) && !anchors.has(node.source)) note(node, path, SYNTAX.noAnchor);
    if (isNode(node) && 'anchor' in node && node.anchor !== undefined) anchors.add(node.anchor);
    if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
    if (!isMap(node)) return;
    const seen = new Map<string, number>();
    for (const pair of node.items) walkPair(pair, path, seen);
  };
  walk(document.contents, []);
  return problems;
}

function offsetOf(document: Document, path: Path, part: 'key' | 'value'): number {
  let node: unknown = document.contents;
  let offset = startOf(node) ?? 0;
  for (const [depth, step] of path.entries()) {
    if (isAlias(node)) node = node.resolve(document);
    const pair = isMap(node) ? node.items.find(({ key }) => keyOf(key) === step) : undefined;
    const next = isSeq(node) && typeof step === 'number' ? node.items[step] : pair?.value;
    if (pair === undefined && next === undefined) return offset;
    const wantsKey = part === 'key' && depth === path.length - 1;
    const value = wantsKey || isEmpty(next) ? undefined : startOf(next);
    offset = value ?? startOf(pair?.key) ?? startOf(next) ?? offset;
    node = next;
  }
  return offset;
}

function keyOf(key: unknown): string {
  return isScalar(key) ? String(key.value) : '';
}

function isEmpty(node: unknown): boolean {
  return isScalar(node) && node.value === null && !node.source;
}

function startOf(node: unknown): number | undefined {
  return isNode(node) ? node.range?.[0] : undefined;
}
