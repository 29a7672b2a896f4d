import { Command, CommanderError } from 'commander';
import type { z } from 'zod';
import { type CommonConfig, loadConfig, nearest } from '../config/index.ts';
import { BridgeError, toBridgeError } from '../errors/index.ts';
import { checkConfig, printSample, printSchema } from './config-commands.ts';
import type { AppDefinition } from './definition.ts';
import { askHealth } from './healthcheck.ts';
import { keepMemorySmall } from './memory.ts';
import type { Load } from './reload.ts';
import { run } from './run.ts';
import { writeSupportBundle } from './support-bundle.ts';
import { VERSION } from './version.ts';

/** Exit codes: sysexits.h for usage and configuration. */
const EX_FAILURE = 1;
const EX_USAGE = 64;
const EX_CONFIG = 78;

/** The command line of an app: understands it, does it, and sets the exit code. Never throws. */
export async function runApp<Schema extends z.ZodObject>(definition: AppDefinition<Schema>): Promise<void> {
  keepMemorySmall();
  // Whoever reads our output may stop reading, as `| head` does: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
  });
  try {
    process.exitCode = await parse(definition);
  } catch (thrown) {
    process.exitCode = failed(thrown);
  }
}

async function parse<Schema extends z.ZodObject>(definition: AppDefinition<Schema>): Promise<number> {
  const program = new Command(definition.name)
    .description(definition.summary)
    .version(VERSION)
    .option('-c, --config <file>', 'configuration file', defaultFiles(definition.name).join(', then '))
    .option('--healthcheck', 'ask the running bridge how it is; for containers')
    .exitOverride()
    .showSuggestionAfterError();
  let exitCode = 0;
  const load: Load<Schema> = (before) => {
    // The file that was found once stays the one.
    const places = before ? { file: before.file ?? undefined } : placesOf(definition.name, program);
    const { legacyVariables } = definition;
    return loadConfig(definition.config, { ...places, legacyVariables }, before);
  };
  program
    .command('run', { isDefault: true })
    .description('run until stopped (the default)')
    .option('--dry-run', 'publish nothing, but log what would be sent; the same as dry_run: true')
    .action(async ({ dryRun }) => {
      if (program.opts().healthcheck) exitCode = await askHealth(load().config);
      else await run(definition, dryRun ? (before) => withoutPublishing(load(before)) : load);
    });
  program
    .command('check')
    .description('check the configuration')
    .option('--print', 'print the effective configuration, without secrets')
    .action((options) => checkConfig(definition.config, load(), options));
  program
    .command('sample-config')
    .description('print a configuration file to start from')
    .action(() => printSample(definition));
  program
    .command('schema')
    .description('print the JSON Schema of the configuration file, for editors')
    .action(() => printSchema(definition));
  program
    .command('support-bundle')
    .description(
      'write what helps to find a fault into one JSON file: configuration without secrets, status, log, frames',
    )
    .option('-o, --out <file>', 'where to; - for standard output', `${definition.name}-support.json`)
    .action(async ({ out }) => {
      await writeSupportBundle(definition, load(), out);
    });
  definition.commands?.(program, load);
  refuseUnknown(program, process.argv[2]);
  await program.parseAsync();
  return process.exitCode === undefined ? exitCode : Number(process.exitCode);
}

/** Commander takes a word that is no command for an argument of `run`. */
function refuseUnknown(program: Command, word: string | undefined): void {
  const names = ['help', ...program.commands.map((command) => command.name())];
  if (word === undefined || word.startsWith('-') || names.includes(word)) return;
  const near = nearest(word, names);
  const guess = near === undefined ? '' : `; did you mean ${near}?`;
  throw new BridgeError('usage/invalid', `there is no command ${word}${guess}`);
}

function withoutPublishing<Loaded extends { readonly config: CommonConfig }>(loaded: Loaded): Loaded {
  return { ...loaded, config: { ...loaded.config, dry_run: true } };
}

function defaultFiles(name: string): readonly string[] {
  return [`/etc/meterbridge/${name}.yaml`, `./${name}.yaml`];
}

function placesOf(name: string, program: Command) {
  const isNamed = program.getOptionValueSource('config') === 'cli';
  return isNamed ? { file: program.opts().config, candidates: [] } : { candidates: defaultFiles(name) };
}

/** One line that says what is wrong, one that says what to do. */
function failed(thrown: unknown): number {
  if (thrown instanceof CommanderError) {
    // Commander has printed its message already; asking for help is no failure.
    return thrown.exitCode === 0 ? 0 : EX_USAGE;
  }
  const error = toBridgeError(thrown);
  process.stderr.write(`${error.message} (${error.code})\n  → ${error.hint}\n`);
  return exitCodeOf(error);
}

function exitCodeOf({ code }: BridgeError): number {
  if (code.startsWith('config/')) return EX_CONFIG;
  return code === 'usage/invalid' ? EX_USAGE : EX_FAILURE;
}
