import * as z from 'zod';
import { type Piece, pieces, type Schema } from './pieces.ts';

export type Shape = Readonly<Record<string, Schema>>;

/** A schema without its wrappers, and what they said. */
export interface Inspected {
  /** What the user's text is checked against first. */
  readonly core: Schema;
  readonly optional: boolean;
  /** As the user would write it; undefined when there is none. */
  readonly fallback: unknown;
  readonly description: string;
  /** As the user would write it; undefined when there is none. */
  readonly example: unknown;
  readonly piece: Piece | undefined;
  /** Turns a loaded value back into what the user would write. */
  readonly write: (loaded: unknown) => unknown;
}

export function inspect(schema: Schema): Inspected {
  const inner = innerOf(schema);
  const rest = inner === undefined ? bare(schema) : inspect(inner);
  const meta = z.globalRegistry.get(schema);
  return {
    core: rest.core,
    optional: rest.optional || schema instanceof z.core.$ZodOptional || hasFallback(schema),
    fallback: fallbackOf(schema, rest),
    description: meta?.description ?? rest.description,
    example: exampleOf(meta) ?? rest.example,
    piece: pieces.get(schema) ?? rest.piece,
    write: writerOf(schema) ?? rest.write,
  };
}

/** The keys of a section; of all its forms if it has several. */
export function shapeOf(schema: Schema): Shape | undefined {
  const { core } = inspect(schema);
  if (core instanceof z.core.$ZodObject) return core._zod.def.shape;
  if (!(core instanceof z.core.$ZodUnion)) return undefined;
  const shapes = core._zod.def.options.map(shapeOf).filter((shape) => shape !== undefined);
  return shapes.length === 0 ? undefined : mergeShapes(shapes);
}

/** The schema of each entry of a list. */
export function elementOf(schema: Schema): Schema | undefined {
  const { core } = inspect(schema);
  return core instanceof z.core.$ZodArray ? core._zod.def.element : undefined;
}

/** A section, a map or a list. */
export function isContainer(schema: Schema): boolean {
  const isMap = inspect(schema).core instanceof z.core.$ZodRecord;
  return isMap || shapeOf(schema) !== undefined || elementOf(schema) !== undefined;
}

/** The schema of a key in a section or map, or of an entry in a list. */
export function childOf(schema: Schema, key: PropertyKey): Schema | undefined {
  const { core } = inspect(schema);
  if (core instanceof z.core.$ZodRecord) return core._zod.def.valueType;
  const shape = shapeOf(schema);
  if (shape === undefined) return elementOf(schema);
  return typeof key === 'string' && Object.hasOwn(shape, key) ? shape[key] : undefined;
}

/** The schema of what a path leads to. */
export function schemaAt(schema: Schema, path: readonly PropertyKey[]): Schema | undefined {
  return path.reduce<Schema | undefined>((at, step) => at && childOf(at, step), schema);
}

export function isSecret(schema: Schema): boolean {
  return inspect(schema).piece?.secret === true;
}

/** Whether all that the schema takes is text: then `123` and `true` from the environment are text too. */
export function takesOnlyText(schema: Schema): boolean {
  const { core } = inspect(schema);
  if (core instanceof z.core.$ZodUnion) return core._zod.def.options.every(takesOnlyText);
  if (core instanceof z.core.$ZodEnum) return Object.values(core._zod.def.entries).every(isText);
  if (core instanceof z.core.$ZodLiteral) return core._zod.def.values.every(isText);
  return core instanceof z.core.$ZodString || core instanceof z.core.$ZodTemplateLiteral;
}

function bare(core: Schema): Inspected {
  const write = (loaded: unknown): unknown => loaded;
  const piece = hidingPiece(core);
  return { core, optional: false, fallback: undefined, description: '', example: undefined, piece, write };
}

/** A choice hides what one of its options would. */
function hidingPiece(core: Schema): Piece | undefined {
  if (!(core instanceof z.core.$ZodUnion)) return undefined;
  return core._zod.def.options
    .map((option) => inspect(option).piece)
    .find((piece) => piece?.secret ?? piece?.redact);
}

function innerOf(schema: Schema): Schema | undefined {
  if (
    schema instanceof z.core.$ZodOptional ||
    schema instanceof z.core.$ZodNullable ||
    schema instanceof z.core.$ZodReadonly ||
    hasFallback(schema)
  ) {
    return schema._zod.def.innerType;
  }
  if (!(schema instanceof z.core.$ZodPipe)) return undefined;
  const { in: first, out } = schema._zod.def;
  // z.preprocess: the first half takes anything and says nothing.
  return first instanceof z.core.$ZodTransform ? out : first;
}

function hasFallback(schema: Schema): schema is z.core.$ZodDefault | z.core.$ZodPrefault {
  return schema instanceof z.core.$ZodDefault || schema instanceof z.core.$ZodPrefault;
}

/** `.prefault()` holds what the user would write, `.default()` what comes out. */
function fallbackOf(schema: Schema, rest: Inspected): unknown {
  if (schema instanceof z.core.$ZodPrefault) return schema._zod.def.defaultValue;
  return schema instanceof z.core.$ZodDefault ? rest.write(schema._zod.def.defaultValue) : rest.fallback;
}

function exampleOf(meta: z.core.GlobalMeta | undefined): unknown {
  return Array.isArray(meta?.examples) ? meta.examples[0] : undefined;
}

function writerOf(schema: Schema): Inspected['write'] | undefined {
  if (schema instanceof z.core.$ZodCodec) return (loaded) => z.encode(schema, loaded);
  // Nothing is known of the way back through a one-way transform.
  return schema instanceof z.core.$ZodPipe ? (loaded) => loaded : undefined;
}

/** Where forms differ in a key, the one that keeps it secret wins. */
function mergeShapes(shapes: readonly Shape[]): Shape {
  const entries = shapes.flatMap((shape) => Object.entries(shape));
  return Object.fromEntries(entries.toSorted(([, a], [, b]) => Number(isSecret(a)) - Number(isSecret(b))));
}

function isText(value: unknown): boolean {
  return typeof value === 'string';
}
