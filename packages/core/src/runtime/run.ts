import type { z } from 'zod';
import type { BaseConfig, LoadedConfig } from '../config/index.ts';
import { createLogger, type Logger, LogTail } from '../observe/index.ts';
import { Bridge } from './bridge.ts';
import type { BridgeDefinition } from './definition.ts';
import { interruption } from './interruption.ts';
import type { Entry } from './source.ts';
import { VERSION } from './version.ts';

/** Runs a bridge until the process is told to end. */
export async function run<Schema extends z.ZodObject, E extends Entry>(
  definition: BridgeDefinition<Schema, E>,
  { config, file }: LoadedConfig<Schema & z.ZodType<BaseConfig>>,
): Promise<void> {
  // A log that nobody reads any more is no reason to stop reading meters.
  for (const output of [process.stdout, process.stderr])
    output.removeAllListeners('error').on('error', () => undefined);
  const tail = new LogTail();
  const log = loggerOf(config, tail);
  log.info(
    { version: VERSION, config: file ?? 'environment', node: process.version },
    `${definition.name} starts`,
  );
  const bridge = new Bridge(definition, config, log, tail);
  await bridge.start();
  const signal = await interruption();
  log.info({ signal }, 'stopping');
  await bridge.stop();
  log.info('stopped');
}

function loggerOf({ log }: BaseConfig, tail: LogTail): Logger {
  const { level, format = process.stdout.isTTY ? 'pretty' : 'json', file } = log;
  const settings = {
    level,
    format,
    file: file && { path: file.path, maxBytes: file.max_size, maxFiles: file.max_files },
  };
  return createLogger(settings, process.stdout, (json) => tail.add(json));
}
