import { type Command, Option } from 'commander';
import type { z } from 'zod';
import { type BaseConfig, configOfMeter, meterOptions } from '../config/index.ts';
import type { BridgeDefinition } from './definition.ts';
import { leave } from './leave.ts';
import { readOnce } from './read.ts';
import type { Entry } from './source.ts';

type Config<Schema extends z.ZodObject> = BaseConfig & z.output<Schema>;

/** The command `read`: the meters of the configuration once, or one that its options describe. */
export function addRead<Schema extends z.ZodObject, E extends Entry>(
  program: Command,
  definition: BridgeDefinition<Schema, E>,
  load: () => Config<Schema>,
): void {
  const read = program
    .command('read')
    .description(
      'print one reading of each meter as JSON; no MQTT. With settings of a meter as options, that one is read, and no configuration file',
    )
    .option('--timeout <seconds>', 'how long to wait for a reading', Number, 30);
  const ways = (definition.readOptions ?? []).map((way) => {
    const option = new Option(way.flags, way.description);
    read.addOption(option);
    return { ...way, name: option.attributeName() };
  });
  const settingsOf = addMeterOptions(read, definition.config);
  read.action(async ({ timeout, ...options }) => {
    const settings = settingsOf(options);
    const config = settings.size > 0 ? configOfMeter(definition.config, settings) : load();
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

/** @returns what reads the settings that were given, by key */
function addMeterOptions(command: Command, schema: z.ZodObject) {
  // Those of the program win wherever they stand.
  const taken = new Set([...(command.parent?.options ?? []), ...command.options].map(({ long }) => long));
  const options = meterOptions(schema)
    .filter(({ flag }) => !taken.has(flag))
    .map(({ key, flag, description, isSwitch }) => {
      const option = new Option(isSwitch ? `${flag} [true or false]` : `${flag} <value>`, description);
      command.addOption(isSwitch ? option.preset('true') : option);
      return { key, name: option.attributeName() };
    });
  return (given: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> =>
    new Map(
      options.flatMap(({ key, name }) =>
        typeof given[name] === 'string' ? [[key, given[name]] as const] : [],
      ),
    );
}
