import { sampleYaml, timezone } from '@meterbridge/core/config';
import type { TcpAddress } from '@meterbridge/core/model';
import {
  argument,
  type Command,
  inputChunks,
  listOf,
  Option,
  printMigrated,
  runSimulator,
  tcpPlace,
  wholeInput,
  wholeNumber,
} from '@meterbridge/core/runtime';
import { config } from './config.ts';
import { type DecodeOptions, decodeStream } from './decode.ts';
import { addKeyOptions, type KeyArguments, keysOfArguments } from './key-arguments.ts';
import { migrateFiles } from './migrate/files.ts';
import { scanAll } from './scan-report.ts';
import { FAULTS, type Fault } from './simulator/faults.ts';
import { usualIntervalMs } from './simulator/port.ts';
import { servePort } from './simulator/serve.ts';
import type { SimulatedVersion } from './simulator/telegram.ts';

/** What dsmr-bridge can do besides what every bridge can. */
export function commands(program: Command): void {
  addKeyOptions(program.command('decode'))
    .description('decode telegrams from files or standard input: one line of JSON each')
    .argument('[files...]', 'captures, raw or as hexadecimal text; - for standard input', ['-'])
    .addOption(
      new Option('--crc <policy>', 'what is demanded of the CRC')
        .choices(['if-present', 'require', 'off'])
        .default('if-present'),
    )
    .option('--timezone <zone>', 'time zone of the meter', argument(timezone), 'Europe/Amsterdam')
    .option('--max-telegram-bytes <n>', 'size beyond which a telegram is given up', wholeNumber(1), 16_384)
    .addOption(
      new Option('--tag <policy>', 'what is demanded of the authentication tag')
        .choices(['verify', 'warn', 'off'])
        .default('verify'),
    )
    .action(
      async (
        files: readonly string[],
        { crc, timezone: zone, maxTelegramBytes, tag, ...keys }: DecodeArguments,
      ) => {
        const options = { crc, timezone: zone, maxTelegramBytes, tag, keys: keysOfArguments(keys) };
        for (const file of files) await decodeFile(file, options);
      },
    );
  addKeyOptions(program.command('scan'))
    .description('find out what is on a port, and print its configuration')
    .argument('[addresses...]', 'serial devices or tcp://host:port; default: every serial adapter')
    .action(async (addresses: readonly string[], keys: KeyArguments) => {
      if (!(await scanAll(addresses, keys))) process.exitCode = 1;
    });
  program
    .command('migrate')
    .description('turn the configuration of Meter2MQTT into one of this bridge')
    .argument(
      '<files...>',
      'its config.yaml, or files of devices from its config.d; and a file with its variables (NAME=value), which win',
    )
    .action(migrateAll);
  addKeyOptions(program.command('simulate'))
    .description(
      'be a P1 port in a house: on TCP, on a pseudo terminal, or both; with a key, one that encrypts',
    )
    .option('--listen <address>', 'tcp://host:port to listen on', tcpPlace)
    .option('--pty <path>', 'where to put the pseudo terminal')
    .addOption(
      new Option('--dsmr <version>', 'version of the meter').choices(['2.2', '4.2', '5.0']).default('5.0'),
    )
    .option('--fault <list>', `what goes wrong now and then: ${FAULTS.join(', ')}`, listOf(FAULTS), [])
    .option('--replay <files...>', 'send the telegrams of these captures instead')
    .option(
      '--interval <ms>',
      'milliseconds between telegrams; default: as the version demands',
      wholeNumber(1),
    )
    .option('--seed <n>', 'same seed, same house', wholeNumber(1), 1)
    .action(simulate);
}

type DecodeArguments = Omit<DecodeOptions, 'keys'> & KeyArguments;

async function decodeFile(file: string, options: DecodeOptions): Promise<void> {
  let isEmpty = true;
  for await (const { json, failed } of decodeStream(inputChunks(file), options)) {
    isEmpty = false;
    process.stdout.write(`${json}\n`);
    if (failed) process.exitCode = 1;
  }
  if (isEmpty) process.stderr.write(`${file}: holds no telegram, neither raw nor as hexadecimal text\n`);
}

function migrateAll(files: readonly string[]): void {
  const { config: example, notes } = migrateFiles(files);
  printMigrated({ yaml: sampleYaml(config, { name: 'dsmr-bridge', example }), notes });
}

interface SimulateOptions extends KeyArguments {
  readonly listen?: TcpAddress;
  readonly pty?: string;
  readonly dsmr: SimulatedVersion;
  readonly fault: readonly Fault[];
  readonly replay?: readonly string[];
  readonly interval?: number;
  readonly seed: number;
}

async function simulate({ dsmr, fault, replay, interval, seed, ...options }: SimulateOptions): Promise<void> {
  const port = {
    version: dsmr,
    faults: fault,
    seed,
    intervalMs: interval ?? usualIntervalMs(dsmr),
    replay: replay && (await Promise.all(replay.map(wholeInput))),
    keys: keysOfArguments(options),
  };
  await runSimulator(options, 'P1 port', (places) => servePort({ ...port, ...places }));
}
