import type { z } from 'zod';
import type { BaseConfig } from '../config/index.ts';
import { Bridge } from './bridge.ts';
import { runApp } from './cli.ts';
import type { BridgeDefinition } from './definition.ts';
import { addRead } from './read-command.ts';
import type { Entry } from './source.ts';

/** The command line of a bridge. Never throws. */
export async function runBridge<Schema extends z.ZodObject, E extends Entry>(
  definition: BridgeDefinition<Schema, E>,
): Promise<void> {
  await runApp<Schema & z.ZodType<BaseConfig>>({
    ...definition,
    create: (config, log, tail) => new Bridge(definition, config, log, tail),
    commands: (program, load) => {
      addRead(program, definition, () => load().config);
      definition.commands?.(program, load);
    },
  });
}
