import { stringify } from 'yaml';
import { childOf, elementOf, inspect, isContainer } from './inspect.ts';
import { MASK, type Schema } from './pieces.ts';
import { isBranch } from './tree.ts';

/** A loaded configuration as the user would write it, secrets masked: plain values, durations as text. */
export function redact(schema: Schema, config: unknown): unknown {
  if (config === undefined) return undefined;
  const { piece, write } = inspect(schema);
  if (piece?.secret) return MASK;
  if (!isContainer(schema)) return redactLeaf(write(config), piece?.redact);
  const element = elementOf(schema);
  if (element !== undefined && Array.isArray(config)) return config.map((item) => redact(element, item));
  // A transform made something of it that the schema does not describe: nothing of it is shown.
  if (element !== undefined || !isBranch(config)) return MASK;
  const entries = Object.entries(config).flatMap(([key, value]) => {
    const child = childOf(schema, key);
    return child === undefined || value === undefined ? [] : [[key, redact(child, value)] as const];
  });
  return Object.fromEntries(entries);
}

/** The same as YAML, for `check --print`. */
export function effectiveYaml(schema: Schema, config: unknown): string {
  return stringify(redact(schema, config), { lineWidth: 0 });
}

function redactLeaf(written: unknown, hide: ((text: string) => string) | undefined): unknown {
  return hide !== undefined && typeof written === 'string' ? hide(written) : written;
}
