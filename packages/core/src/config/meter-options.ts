import * as z from 'zod';
import { childOf, elementOf, inspect, isContainer, isSecret, shapeOf, takesOnlyText } from './inspect.ts';
import { type Finding, issuesError } from './issues.ts';
import type { Schema } from './pieces.ts';
import { meterBase } from './sections.ts';
import { fileKeyOf, settle } from './settle.ts';
import { checkWhole } from './whole.ts';
import { parseYaml } from './yaml-text.ts';

/** A setting of a meter that an option of the command line can give. */
export interface MeterOption {
  readonly key: string;
  /** `--tcp-latency` */
  readonly flag: string;
  readonly description: string;
  /** The flag alone means true. */
  readonly isSwitch: boolean;
}

/** What only matters to a bridge that goes on reading. */
const NOT_FOR_ONCE: ReadonlySet<string> = new Set([...Object.keys(meterBase), 'interval', 'cron']);

/** The settings that reach a meter; what every bridge has, and what is more than one value, is left to the file. */
export function meterOptions(schema: Schema): readonly MeterOption[] {
  const shape = shapeOf(meterOf(schema)) ?? {};
  const keys = Object.entries(shape).filter(([key, child]) => !NOT_FOR_ONCE.has(key) && !isContainer(child));
  return keys.flatMap(([key, child]) => {
    const { core, description } = inspect(child);
    const option = { key, flag: flagOf(key), description, isSwitch: core instanceof z.core.$ZodBoolean };
    if (!isSecret(child)) return [option];
    const file = fileKeyOf(key);
    return [option, { ...option, key: file, flag: flagOf(file), description: `File that holds ${key}.` }];
  });
}

/**
 * The configuration of a bridge that has this meter alone.
 * @param texts of options by key
 * @throws BridgeError usage/invalid with all that is wrong
 */
export function configOfMeter<Config extends z.ZodObject>(
  schema: Config,
  texts: ReadonlyMap<string, string>,
): z.output<Config> {
  const settings = Array.from(texts, ([key, text]) => [key, readText(childOf(meterOf(schema), key), text)]);
  const written = {
    mqtt: { url: 'mqtt://localhost' },
    meters: [{ id: 'meter', ...Object.fromEntries(settings) }],
  };
  const main = { ...settle(schema, written, '.'), file: null, settings: [], place };
  const whole = checkWhole(schema, main, []);
  if (whole.ok) return whole.config;
  throw issuesError('usage/invalid', whole.issues, whole.issues.length);
}

function meterOf(schema: Schema): Schema {
  const meters = childOf(schema, 'meters') ?? schema;
  return elementOf(meters) ?? meters;
}

function flagOf(key: string): string {
  return `--${key.replaceAll('_', '-')}`;
}

/** Of the setting that is to blame, the option. */
function place({ path, message }: Finding) {
  const [, , key] = path;
  return { path: '', message, variable: key === undefined ? 'meter' : flagOf(String(key)) };
}

/** A shell takes the quotes away that tell text from numbers. */
function readText(schema: Schema | undefined, text: string): unknown {
  if (!schema || takesOnlyText(schema) || takesAnyText(schema)) return text;
  const { value, problems } = parseYaml(text);
  return problems.length === 0 ? value : text;
}

function takesAnyText(schema: Schema): boolean {
  const { core } = inspect(schema);
  if (core instanceof z.core.$ZodUnion) return core._zod.def.options.some(takesAnyText);
  return core instanceof z.core.$ZodString || core instanceof z.core.$ZodTemplateLiteral;
}
