import { parseLogLine } from './log-line.ts';

const COLOURS: Readonly<Record<string, string>> = {
  trace: '\u001b[90m',
  debug: '\u001b[90m',
  info: '\u001b[32m',
  warn: '\u001b[33m',
  error: '\u001b[31m',
  fatal: '\u001b[41m',
  alert: '\u001b[41m',
};
const DIM = '\u001b[90m';
const RESET = '\u001b[0m';

/** One line of JSON from the log as a line for people: time, level, message, facts, and on a line of its own the hint. */
export function prettyLine(json: string, colour: boolean): string {
  const { time, level, text, details, hint, stack } = parseLogLine(json);
  const paint = (code: string | undefined, painted: string): string =>
    colour && code ? `${code}${painted}${RESET}` : painted;
  const head = `${time.slice(11, 19)} ${paint(COLOURS[level], level.padEnd(5))}`;
  const lines = [`${head} ${text}${details.length > 0 ? paint(DIM, `  ${details.join(' ')}`) : ''}`];
  if (hint) lines.push(`               ${paint(DIM, `→ ${hint}`)}`);
  if (stack) lines.push(stack);
  return `${lines.join('\n')}\n`;
}
