import type { z } from 'zod';
import { LogTail } from '../observe/index.ts';
import type { AppDefinition } from './definition.ts';
import { interruption } from './interruption.ts';
import { leave } from './leave.ts';
import { loggerOf } from './log.ts';
import { type Load, ReloadingApp } from './reload.ts';
import { systemdOf } from './systemd.ts';
import { VERSION } from './version.ts';
import { Watchdog } from './watchdog.ts';

/** Runs an app until the process is told to end. */
export async function run<Schema extends z.ZodObject>(
  definition: AppDefinition<Schema>,
  load: Load<Schema>,
): Promise<void> {
  // A log that nobody reads any more is no reason to stop reading meters.
  for (const output of [process.stdout, process.stderr])
    output.removeAllListeners('error').on('error', () => undefined);
  const tail = new LogTail();
  const loaded = load();
  const log = loggerOf(loaded.config, tail);
  log.info(
    { version: VERSION, config: loaded.file ?? 'environment', node: process.version },
    `${definition.name} starts`,
  );
  if (loaded.notice) log.warn(loaded.notice);
  const app = new ReloadingApp(definition, loaded, load, log, tail);
  const systemd = systemdOf();
  const watchdog = systemd && new Watchdog(systemd, app, log);
  await app.start();
  void watchdog?.started();
  const signal = await Promise.race([interruption(), app.failed]);
  void watchdog?.stopping();
  await app.stop(signal);
  leave();
}
