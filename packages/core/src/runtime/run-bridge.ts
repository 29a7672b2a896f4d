import type { Command } from 'commander';
import type { z } from 'zod';
import type { BaseConfig } from '../config/index.ts';
import { Bridge } from './bridge.ts';
import { runApp } from './cli.ts';
import type { BridgeDefinition } from './definition.ts';
import { readOnce } from './read.ts';
import type { Entry } from './source.ts';

/** The command line of a bridge. Never throws. */
export async function runBridge<Schema extends z.ZodObject, E extends Entry>(
  definition: BridgeDefinition<Schema, E>,
): Promise<void> {
  await runApp<Schema & z.ZodType<BaseConfig>>({
    ...definition,
    create: (config, log, tail) => new Bridge(definition, config, log, tail),
    commands: (program, load) => {
      addRead(program, (timeoutMs) => readOnce(definition, load().config, timeoutMs));
      definition.commands?.(program, load);
    },
  });
}

function addRead(program: Command, read: (timeoutMs: number) => Promise<number>): void {
  program
    .command('read')
    .description('print one reading of each meter as JSON; no MQTT')
    .option('--timeout <seconds>', 'how long to wait for a reading', Number, 30)
    .action(async ({ timeout }) => {
      process.exitCode = await read(timeout * 1000);
    });
}
