import { stringify } from 'yaml';
import type { z } from 'zod';
import { elementOf, inspect, isSecret, shapeOf } from './inspect.ts';
import type { Schema } from './pieces.ts';
import { fileKeyOf } from './settle.ts';
import { isBranch } from './tree.ts';

export interface SampleOptions<Config extends z.ZodObject> {
  /** Of the app, e.g. `dsmr-bridge`; its JSON Schema is expected beside the file as `<name>.schema.json`. */
  readonly name: string;
  /** What stands in the file as set; everything else stands there as a comment. */
  readonly example: z.input<Config>;
}

/** A configuration file that loads as it is and shows every other key, with default or example, as a comment. */
export function sampleYaml<Config extends z.ZodObject>(
  schema: Config,
  { name, example }: SampleOptions<Config>,
): string {
  const head = [
    `# yaml-language-server: $schema=./${name}.schema.json`,
    `# Configuration of ${name}. Keys in comments show their default, or an example where there is none.`,
  ];
  const sections = Object.entries(schema.shape).map(([key, child]) => [
    '',
    ...linesOf(key, child, given(example, key)),
  ]);
  return `${[...head, ...sections.flat()].join('\n')}\n`;
}

function linesOf(key: string, schema: Schema, value: unknown): readonly string[] {
  const { description, optional, fallback, example } = inspect(schema);
  const fromFile = isSecret(schema) ? [`Or ${fileKeyOf(key)}: a file that holds it.`] : [];
  const about = [description, ...fromFile].filter(Boolean).map((line) => `# ${line}`);
  const element = elementOf(schema);
  if (shapeOf(schema) !== undefined) {
    const block = [`${key}:`, ...indent(keyLines(schema, value))];
    const isAbsent = value === undefined && optional && fallback === undefined;
    return [...about, ...(isAbsent ? comment(block) : block)];
  }
  if (element !== undefined && shapeOf(element) !== undefined && Array.isArray(value)) {
    return [...about, `${key}:`, ...value.flatMap((item) => indent(itemLines(element, item)))];
  }
  const shown = value ?? fallback ?? example;
  const line = shown === undefined ? `${key}:` : `${key}: ${inline(shown)}`;
  return [...about, ...(value === undefined && optional ? comment([line]) : [line])];
}

function keyLines(schema: Schema, value: unknown): readonly string[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, child]) => {
    const file = isSecret(child) ? given(value, fileKeyOf(key)) : undefined;
    const fromFile = file === undefined ? [] : [`${fileKeyOf(key)}: ${inline(file)}`];
    return [...linesOf(key, child, given(value, key)), ...fromFile];
  });
}

/** The dash belongs before the first key that is set; what is a comment before it moves out by as much. */
function itemLines(schema: Schema, item: unknown): readonly string[] {
  const lines = keyLines(schema, item);
  const first = lines.findIndex((line) => !line.startsWith('#'));
  return [...lines.slice(0, first), `- ${lines[first]}`, ...indent(lines.slice(first + 1))];
}

function given(example: unknown, key: string): unknown {
  return isBranch(example) ? example[key] : undefined;
}

function inline(value: unknown): string {
  return stringify(value, { collectionStyle: 'flow', lineWidth: 0 }).trimEnd();
}

function indent(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `  ${line}`);
}

function comment(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `# ${line}`);
}
