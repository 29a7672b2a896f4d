import { type Logger as PinoLogger, pino, stdSerializers } from 'pino';
import { toBridgeError } from '../errors/index.ts';
import { LogFile, type LogFileSettings } from './log-file.ts';
import { prettyLine } from './pretty-line.ts';

export type Logger = PinoLogger<'alert'>;

/** Someone must act at once: above all other levels. */
const ALERT = 70;
/** So the journal of systemd files a line as an alert (sd-daemon(3)): `journalctl -p alert` finds it. */
const ALERT_PREFIX = '<1>';

export interface LogSettings {
  readonly level: string;
  readonly format: 'pretty' | 'json';
  readonly file?: LogFileSettings | undefined;
}

/** Where lines go: standard output, or anything else that takes text. */
export interface LogSink {
  /** A terminal gets colours. */
  readonly isTTY?: boolean;
  write(line: string): unknown;
}

/**
 * A log on standard output, and in a file that rotates if one is configured.
 * @param onLine is given each line as JSON
 */
export function createLogger(
  settings: LogSettings,
  sink: LogSink = process.stdout,
  onLine?: (json: string) => void,
): Logger {
  const isTerminal = sink.isTTY === true;
  const shown = (line: string): string =>
    settings.format === 'pretty' ? prettyLine(line, isTerminal) : line;
  // A log that cannot be written must not end the bridge: it is said, and standard output goes on.
  const file = settings.file && new LogFile(settings.file, (error) => log.error({ err: error }));
  const write = (line: string): void => {
    const isMarked = !isTerminal && line.startsWith('{"level":"alert"');
    sink.write(`${isMarked ? ALERT_PREFIX : ''}${shown(line)}`);
    file?.write(line);
    onLine?.(line);
  };
  const base = { level: settings.level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  const formatters = { level: levelFields };
  const log = pino(
    { ...base, customLevels: { alert: ALERT }, formatters, serializers: { err: errorFields } },
    { write },
  );
  closers.set(log, () => file?.close());
  return log;
}

const closers = new WeakMap<Logger, () => void>();

/** Its lines go to no file any more: another log may take that over. */
export function closeLog(log: Logger): void {
  closers.get(log)?.();
}

function levelFields(level: string): object {
  return level === 'alert' ? { level, severity: level } : { level };
}

/** An error as log fields: what it is, its facts, and what to do; a stack only where nobody foresaw it. */
function errorFields(thrown: unknown): object {
  const { code, message, hint, facts, cause } = toBridgeError(thrown);
  if (code === 'internal/unexpected')
    return { code, message, hint, stack: stdSerializers.err(cause as Error).stack };
  return { code, message, hint, ...facts };
}
