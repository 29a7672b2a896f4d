import type { BaseConfig } from '../config/index.ts';
import { createLogger, type Logger } from '../observe/index.ts';

export function loggerOf({ log }: BaseConfig): Logger {
  const { level, format = process.stdout.isTTY ? 'pretty' : 'json', file } = log;
  return createLogger({
    level,
    format,
    file: file && { path: file.path, maxBytes: file.max_size, maxFiles: file.max_files },
  });
}
