/** A line of the log in parts, for whoever shows it. Texts come from meters and brokers, too: nothing in them is safe. */
export interface LogLine {
  /** ISO 8601, UTC. */
  readonly time: string;
  readonly level: string;
  readonly text: string;
  /** `key=value` of everything else. */
  readonly details: readonly string[];
  readonly hint: string | null;
  readonly stack: string | null;
}

export function parseLogLine(json: string): LogLine {
  const { time, level, msg, err, ...fields } = JSON.parse(json);
  const { message, hint, stack, ...facts } = err ?? {};
  return {
    time: String(time),
    level: String(level),
    // An error that is logged alone is its own message.
    text: [...new Set([msg, message])].filter(Boolean).map(oneLine).join(': '),
    details: Object.entries({ ...fields, ...facts }).map(([key, value]) => `${key}=${printable(value)}`),
    hint: hint ? oneLine(hint) : null,
    stack: stack ?? null,
  };
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
