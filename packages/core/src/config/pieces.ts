import * as z from 'zod';

export type Schema = z.core.$ZodType;

/** What is printed instead of a secret. */
export const MASK = '********';

/** What the schema of a value cannot say by itself. */
export interface Piece {
  /** The type as a person would call it; stands in the settings table. */
  readonly label: string;
  /** Never printed as a whole, and may come from a file: the key with `_file` behind it. */
  readonly secret?: true;
  /** Hides the part that must not be printed. */
  readonly redact?: (written: string) => string;
}

/** Survives `.describe()`, `.refine()` and the like: zod looks a clone up under its original. */
export const pieces = z.registry<Piece>();

export function definePiece<Kind extends Schema>(schema: Kind, piece: Piece): Kind {
  pieces.add(schema, piece);
  return schema;
}
