import type { z } from 'zod';
import type { config } from '../config.ts';
import { listOf, type Section, textOf } from './old.ts';

type Log = NonNullable<z.input<typeof config>['log']>;
type File = NonNullable<Log['file']>;

/** How Python names its log levels. */
const LEVELS: ReadonlyMap<string, NonNullable<Log['level']>> = new Map([
  ['DEBUG', 'debug'],
  ['INFO', 'info'],
  ['WARNING', 'warn'],
  ['ERROR', 'error'],
  ['CRITICAL', 'fatal'],
]);
const ROTATIONS: ReadonlyMap<string, NonNullable<File['rotate']>> = new Map([
  ['H', 'hourly'],
  ['D', 'daily'],
  ['MIDNIGHT', 'daily'],
]);

/** Section `logging`; standard output is always written to. */
export function logOf(old: Section): Log {
  const level = LEVELS.get((textOf(old.level) ?? '').toUpperCase());
  return {
    ...(level && { level }),
    ...(listOf(old.destinations).includes('file') && { file: fileOf(old) }),
  };
}

function fileOf(old: Section): File {
  const rotate = ROTATIONS.get((textOf(old.rotate_when) ?? '').toUpperCase());
  const kept = Number(textOf(old.backup_count));
  return {
    path: `${textOf(old.directory) ?? 'logs'}/${textOf(old.filename) ?? 'kamstrup2mqtt.log'}`,
    ...(rotate && { rotate }),
    ...(kept >= 1 && { max_files: Math.round(kept) }),
  };
}
