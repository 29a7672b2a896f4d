import type { BaseConfig } from '../config/index.ts';
import { createLogger, type Logger, type LogTail } from '../observe/index.ts';

/** @param tail is told each line, for the page */
export function loggerOf({ log }: BaseConfig, tail: LogTail): Logger {
  const { level, format = process.stdout.isTTY ? 'pretty' : 'json', file } = log;
  const settings = {
    level,
    format,
    file: file && { path: file.path, maxBytes: file.max_size, maxFiles: file.max_files },
  };
  return createLogger(settings, process.stdout, (json) => tail.add(json));
}
