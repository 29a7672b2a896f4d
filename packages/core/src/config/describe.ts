import * as z from 'zod';
import { elementOf, inspect, isSecret, shapeOf } from './inspect.ts';
import type { Schema } from './pieces.ts';
import { fileKeyOf } from './settle.ts';

/** JSON Schema (draft 2020-12) of what the user writes, for completion and checks in editors. */
export function jsonSchema(schema: z.ZodType, { name }: { readonly name: string }): object {
  const described = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', override: describeForms });
  return { title: `Configuration of ${name}`, ...described };
}

/** The settings as a Markdown table: one row for each key that takes a value. */
export function markdownTable(schema: Schema): string {
  const head = ['| Key | Type | Default | Meaning |', '|---|---|---|---|'];
  return `${[...head, ...rowsOf(schema, '')].join('\n')}\n`;
}

/** What zod leaves out: examples of codecs, and what the loader takes too: empty sections, secrets from files. */
function describeForms({
  zodSchema,
  jsonSchema: json,
}: {
  readonly zodSchema: Schema;
  jsonSchema: z.core.JSONSchema.BaseSchema;
}): void {
  const { example, optional } = inspect(zodSchema);
  if (example !== undefined) json.examples ??= [example];
  if (json.type !== 'object') return;
  for (const [key, child] of Object.entries(shapeOf(zodSchema) ?? {})) {
    if (isSecret(child)) allowFile(json, key);
  }
  if (optional) Object.assign(json, { type: ['object', 'null'] });
}

function allowFile(json: z.core.JSONSchema.BaseSchema, key: string): void {
  const fileKey = fileKeyOf(key);
  json.properties = {
    ...json.properties,
    [fileKey]: { type: 'string', description: `File that holds ${key}, instead of ${key} itself.` },
  };
  if (!json.required?.includes(key)) return;
  json.required = json.required.filter((name) => name !== key);
  json.allOf = [...(json.allOf ?? []), { anyOf: [{ required: [key] }, { required: [fileKey] }] }];
}

/** @param section in front of the keys, if it may be left out as a whole */
function rowsOf(schema: Schema, prefix: string, section?: string): readonly string[] {
  return Object.entries(shapeOf(schema) ?? {}).flatMap(([key, child]) => {
    const path = `${prefix}${key}`;
    const element = elementOf(child);
    if (shapeOf(child) !== undefined)
      return rowsOf(child, `${path}.`, inspect(child).optional ? path : section);
    if (element !== undefined && shapeOf(element) !== undefined) return rowsOf(element, `${path}[].`);
    return [rowOf(child, path, section)];
  });
}

function rowOf(schema: Schema, path: string, section: string | undefined): string {
  const { description, optional, fallback } = inspect(schema);
  const needed = section === undefined ? 'required' : `required for \`${section}\``;
  const missing = optional ? '' : needed;
  const shown =
    fallback === undefined
      ? missing
      : `\`${typeof fallback === 'string' ? fallback : JSON.stringify(fallback)}\``;
  const fromFile = isSecret(schema) ? ` Or \`${fileKeyOf(path)}\`: a file that holds it.` : '';
  const cells = [`\`${path}\``, labelOf(schema), shown, `${description}${fromFile}`];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
}

/** The type as a person would call it. */
function labelOf(schema: Schema): string {
  const { core, piece } = inspect(schema);
  if (piece !== undefined) return piece.label;
  if (core instanceof z.core.$ZodArray) return `list of ${labelOf(core._zod.def.element)}`;
  if (core instanceof z.core.$ZodRecord) return `name: ${labelOf(core._zod.def.valueType)}`;
  if (core instanceof z.core.$ZodUnion) return core._zod.def.options.map(labelOf).join(' or ');
  if (core instanceof z.core.$ZodEnum) return Object.values(core._zod.def.entries).map(codeOf).join(', ');
  if (core instanceof z.core.$ZodLiteral) return core._zod.def.values.map(codeOf).join(', ');
  if (core instanceof z.core.$ZodBoolean) return 'true or false';
  if (core instanceof z.ZodNumber) return core.isInt ? 'whole number' : 'number';
  return 'text';
}

function codeOf(value: unknown): string {
  return `\`${String(value)}\``;
}
