const COLOURS: Readonly<Record<string, string>> = {
  trace: '\u001b[90m',
  debug: '\u001b[90m',
  info: '\u001b[32m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
  fatal: '\u001b[41m',
};
const DIM = '\u001b[90m';
const RESET = '\u001b[0m';

/** One line of JSON from the log as a line for people: time, level, message, facts, and on a line of its own the hint. */
export function prettyLine(json: string, colour: boolean): string {
  const { time, level, msg, err, ...fields } = JSON.parse(json);
  const { message, hint, stack, ...facts } = err ?? {};
  const paint = (code: string | undefined, text: string): string =>
    colour && code ? `${code}${text}${RESET}` : text;
  const details = Object.entries({ ...fields, ...facts }).map(([key, value]) => `${key}=${printable(value)}`);
  const head = `${String(time).slice(11, 19)} ${paint(COLOURS[level], level.padEnd(5))}`;
  const text = [msg, message].filter(Boolean).map(oneLine).join(': ');
  const lines = [`${head} ${text}${details.length > 0 ? paint(DIM, `  ${details.join(' ')}`) : ''}`];
  if (hint) lines.push(`               ${paint(DIM, `→ ${oneLine(hint)}`)}`);
  if (stack) lines.push(stack);
  return `${lines.join('\n')}\n`;
}

function printable(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /^[\w./:+-]+$/.test(text) ? text : JSON.stringify(text);
}

/** Names and values come from meters and brokers: they must not be able to forge a line or steer the terminal. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  return text.replace(/[\u0000-\u001f\u007f-\u009f]+/g, ' ');
}
