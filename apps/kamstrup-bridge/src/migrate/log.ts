import { logLevelOfPython, type Section, textOf, textsOf } from '@meterbridge/core/config';
import type { z } from 'zod';
import type { config } from '../config.ts';

type Log = NonNullable<z.input<typeof config>['log']>;
type File = NonNullable<Log['file']>;

const ROTATIONS: ReadonlyMap<string, NonNullable<File['rotate']>> = new Map([
  ['H', 'hourly'],
  ['D', 'daily'],
  ['MIDNIGHT', 'daily'],
]);

/** Section `logging`; standard output is always written to. */
export function logOf(old: Section): Log {
  const level = logLevelOfPython(old.level);
  return {
    ...(level && { level }),
    ...(textsOf(old.destinations).includes('file') && { file: fileOf(old) }),
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
