import * as z from 'zod';
import { definePiece } from './pieces.ts';

const KEY = 'must be a name of small letters, digits and _ that begins with a letter';
const FACTOR = 'must be a factor such as 0.001, or a factor with the unit it leads to such as 0.001 kW';
/** Parts of every message, or levels below a meter's topic. */
const TAKEN: readonly string[] = ['time', 'meter', 'reachable', 'availability', 'backlog'];

const parameter = z.string().min(1);
const parameters = z.array(parameter);

const newKey = definePiece(
  z
    .string({ error: KEY })
    .regex(/^[a-z][a-z0-9_]{0,63}$/, KEY)
    .refine((key) => !TAKEN.includes(key), { error: `must be none of ${TAKEN.join(', ')}: they are taken` }),
  { label: 'parameter' },
);

/** `0.001 kW` → factor as a decimal text, and the unit; a factor alone leaves the unit as it is. */
const multiplier = definePiece(
  z.codec(z.union([z.string(), z.number()], { error: FACTOR }), z.custom<Multiplier>(), {
    decode: (written, context) => {
      const [, factor, unit = null] =
        /^(-?\d{1,20}(?:\.\d{1,20})?)(?: +(\S{1,16}))?$/.exec(plain(written)) ?? [];
      if (factor !== undefined && Number(factor) !== 0) return { factor, unit };
      context.issues.push({ code: 'custom', input: written, message: FACTOR });
      return z.NEVER;
    },
    encode: ({ factor, unit }) => (unit === null ? factor : `${factor} ${unit}`),
  }),
  { label: 'factor and unit' },
);

export interface Multiplier {
  readonly factor: string;
  /** null: the unit stays. */
  readonly unit: string | null;
}

/** A number as YAML read it may have an exponent. */
function plain(written: string | number): string {
  if (typeof written === 'string') return written.trim();
  return String(written).includes('e') ? written.toFixed(20).replace(/\.?0+$/, '') : String(written);
}

/** Every parameter under the key that its meter has for it, also where `rename` gives it another. */
const shapeKeys = {
  include: parameters
    .exactOptional()
    .meta({ description: 'Publish only these parameters.', examples: [['electricity_used_tariff_1']] }),
  exclude: parameters
    .exactOptional()
    .meta({ description: 'Publish all parameters but these.', examples: [['p1_message_header']] }),
  rename: z
    .record(parameter, newKey)
    .superRefine(refuseSameTarget)
    .exactOptional()
    .meta({
      description:
        'Other keys for parameters, in topics and JSON. A parameter whose key is taken by another is left out.',
      examples: [{ current_electricity_usage: 'power' }],
    }),
  multiply: z
    .record(parameter, multiplier)
    .exactOptional()
    .meta({
      description: 'Multiply parameters by a factor; behind it, the unit that they then have.',
      examples: [{ current_electricity_usage: '1000 W' }],
    }),
  names: z
    .record(parameter, z.string().min(1).max(64))
    .exactOptional()
    .meta({
      description: 'Names of parameters for people: on the page and in Home Assistant.',
      examples: [{ current_electricity_usage: 'Power from the grid' }],
    }),
};

const positive = z.number().positive();

const guardKeys = {
  counter_guard: z
    .strictObject({
      enabled: z
        .boolean()
        .default(true)
        .describe(
          'Hold back a total that falls, or rises faster than is possible, until a second reading confirms it.',
        ),
      max_power_kw: positive
        .default(100)
        .describe('No total of energy rises faster than with this power, in kW, kvar or kVA.'),
      max_flow_m3h: positive
        .default(100)
        .describe('No total of volume rises faster than with this flow, in m³/h.'),
    })
    .prefault({})
    .describe('No false totals.'),
};

/** How the values of a meter are published: keys of every meter. */
export const meterShape = {
  ...shapeKeys,
  ...guardKeys,
  behind: z
    .record(
      z.string().min(1),
      definePiece(z.strictObject({ ...shapeKeys, ...guardKeys }), { label: 'settings' }),
    )
    .exactOptional()
    .meta({
      description:
        'The same settings (include, exclude, rename, multiply, names, counter_guard) for meters that are read through this one, by their id in the topics.',
      examples: [{ main_gas: { exclude: ['valve_position'] } }],
    }),
};

function refuseSameTarget(
  rename: Readonly<Record<string, string>>,
  context: z.core.$RefinementCtx<Record<string, string>>,
): void {
  const sources = new Map<string, string>();
  for (const [key, target] of Object.entries(rename)) {
    const other = sources.get(target);
    if (other === undefined) sources.set(target, key);
    else {
      const message = `is the new key of ${other} too; must be unique`;
      context.addIssue({ code: 'custom', path: [key], message });
    }
  }
}
