import { type Command, Option } from 'commander';
import type { z } from 'zod';
import type { BaseConfig } from '../config/index.ts';
import { Bridge } from './bridge.ts';
import { runApp } from './cli.ts';
import type { BridgeDefinition } from './definition.ts';
import { leave } from './leave.ts';
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
      addRead(program, definition, () => load().config);
      definition.commands?.(program, load);
    },
  });
}

function addRead<Schema extends z.ZodObject, E extends Entry>(
  program: Command,
  definition: BridgeDefinition<Schema, E>,
  configure: () => BaseConfig & z.output<Schema>,
): void {
  const read = program
    .command('read')
    .description('print one reading of each meter as JSON; no MQTT')
    .option('--timeout <seconds>', 'how long to wait for a reading', Number, 30);
  const ways = (definition.readOptions ?? []).map((way) => {
    const option = new Option(way.flags, way.description);
    read.addOption(option);
    return { ...way, name: option.attributeName() };
  });
  read.action(async ({ timeout, ...options }) => {
    const config = configure();
    const way = ways.find(({ name }) => options[name] !== undefined);
    const entries = definition.entries(config);
    if (way?.lines) {
      for await (const line of way.lines(entries, options[way.name])) process.stdout.write(`${line}\n`);
      return;
    }
    const asked = way?.entries?.(entries) ?? entries;
    process.exitCode = await readOnce(definition.source, asked, config, timeout * 1000);
    leave();
  });
}
