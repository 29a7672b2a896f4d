import { Cron } from 'croner';
import * as z from 'zod';
import { definePiece } from './pieces.ts';

export { type Address, address } from './address.ts';
export { mqttUrl } from './broker.ts';
export { duration, formatDuration, size } from './quantity.ts';

const PORT = 'must be a port number from 1 to 65535';
const SECRET = 'must be text, in quotes if it looks like a number';
const ZONE = 'must be a time zone such as Europe/Amsterdam or UTC';
const METER_ID = 'must be a name of 1 to 64 characters without + # / and control characters';
const CRON = 'must be a cron expression such as 59 * * * * (minute hour day month weekday)';
// biome-ignore lint/suspicious/noControlCharactersInRegex: MQTT 5, section 1.5.4: control characters are the point
const FORBIDDEN_IN_TOPIC = /[+#\u0000-\u001f\u007f-\u009f]/;

/** A port number; 0 is not one. */
export const tcpPort = definePiece(
  z.int({ error: PORT }).min(1, { error: PORT }).max(65_535, { error: PORT }),
  { label: 'port' },
);

/** Text that no message and no print ever shows. In YAML also `<key>_file: path`. */
export function secret(): z.ZodString {
  return definePiece(z.string({ error: SECRET }).min(1, { error: SECRET }), {
    label: 'text (secret)',
    secret: true,
  });
}

/** An IANA zone that this machine's Intl knows. */
export const timezone = definePiece(z.string({ error: ZONE }).refine(isTimezone, { error: ZONE }), {
  label: 'time zone',
});

/** Times on the wall clock: `minute hour day month weekday`, or with seconds in front; must come about some day. */
export const cron = definePiece(z.string({ error: CRON }).refine(isCron, { error: CRON }), {
  label: 'cron expression',
});

/** A text that is one level of an MQTT topic. */
export const meterId = definePiece(
  z.string({ error: METER_ID }).refine(isMeterId, { error: METER_ID }).meta({ minLength: 1, maxLength: 64 }),
  { label: 'name' },
);

/**
 * An MQTT topic with placeholders in braces, such as `{base}/{type}/{meter}`.
 * Without placeholders it is a plain topic.
 */
export function topicTemplate(
  allowed: readonly string[] = [],
  required: readonly string[] = [],
): z.ZodString {
  const check = (text: string, context: z.core.$RefinementCtx<string>): void => {
    const message = topicProblem(text, allowed, required);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  };
  const error = allowed.length === 0 ? 'must be a topic such as meters' : 'must be a topic with placeholders';
  return definePiece(z.string({ error }).superRefine(check), {
    label: allowed.length === 0 ? 'topic' : 'topic template',
  });
}

function topicProblem(
  text: string,
  allowed: readonly string[],
  required: readonly string[],
): string | undefined {
  const names = Array.from(text.matchAll(/\{([^{}]*)\}/g), ([, name = '']) => name);
  const fixed = text.replace(/\{[^{}]*\}/g, 'x');
  if (/[{}]/.test(fixed) || names.some((name) => !allowed.includes(name))) {
    return allowed.length === 0
      ? 'must be a topic without braces'
      : `must use no other placeholders than ${inBraces(allowed)}`;
  }
  const missing = required.filter((name) => !names.includes(name));
  if (missing.length > 0) return `must contain ${inBraces(missing)}`;
  if (FORBIDDEN_IN_TOPIC.test(fixed) || fixed.startsWith('$') || !fixed.isWellFormed()) {
    return 'must be a topic without + # and control characters that does not begin with $';
  }
  if (!/^\/?[^/]+(\/[^/]+)*$/.test(fixed)) return 'must be a topic whose levels are not empty';
  return undefined;
}

function inBraces(names: readonly string[]): string {
  return names.map((name) => `{${name}}`).join(' ');
}

function isMeterId(text: string): boolean {
  const isLevel = text.isWellFormed() && !FORBIDDEN_IN_TOPIC.test(text) && !text.includes('/');
  return isLevel && text.length >= 1 && text.length <= 64;
}

function isCron(text: string): boolean {
  try {
    // A date would be taken, too, and be over one day.
    return /^[^T]*$/.test(text) && new Cron(text).nextRun() !== null;
  } catch {
    return false;
  }
}

function isTimezone(name: string): boolean {
  // Intl also takes offsets such as +01:00, which know no summer time.
  if (!/^[a-z]/i.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }) !== undefined;
  } catch {
    return false;
  }
}
