import { readFileSync } from 'node:fs';
import { seededRandom } from '@meterbridge/core/codec';
import { loadConfig } from '@meterbridge/core/config';
import {
  type Command,
  InvalidArgumentError,
  inputLines,
  inputText,
  listOf,
  printMigrated,
  untilInterrupted,
  wholeNumber,
} from '@meterbridge/core/runtime';
import { migrate, proxySettings } from '@meterbridge/kpm33b/config';
import { decodeConfig } from './config.ts';
import { isBlank, MessageDecoder } from './decode.ts';
import { FLEET_FAULTS, Fleet, type FleetFault } from './simulator/fleet.ts';
import { runFleet } from './simulator/serve.ts';

/** What kpm33b-proxy can do besides what every service can. */
export function commands(program: Command): void {
  program
    .command('decode')
    .description('show what becomes of messages: one line of JSON each')
    .argument('[files...]', 'lines {"topic":…,"payload":…}, or payload_base64; - for standard input', ['-'])
    .action(async (files: readonly string[]) => {
      const decoder = new MessageDecoder(decodeSettings(program.opts(), program));
      for (const file of files) await decodeFile(file, decoder);
    });
  program
    .command('migrate')
    .description('make a configuration of the config.yaml of kpm33b_proxy')
    .argument('<file>', 'the old file')
    .action(async (file: string) => {
      printMigrated(migrate(await inputText(file)));
    });
  program
    .command('simulate')
    .description('be a fleet of meters on an internal broker')
    .option('--broker <host:port>', 'the internal broker', parseBroker, { host: '127.0.0.1', tcpPort: 11883 })
    .option('--username <name>', 'user name at the broker')
    .option('--password-file <file>', 'file that holds the password at the broker', parsePassword)
    .option('--meters <n>', 'how many meters', wholeNumber(1), 3)
    .option(
      '--rate <n>',
      'messages per second of all together; default: each on the marks of its clock',
      wholeNumber(1),
    )
    .option(
      '--fault <list>',
      `what real meters do: ${FLEET_FAULTS.join(', ')}`,
      listOf(FLEET_FAULTS),
      FLEET_FAULTS,
    )
    .option('--seed <n>', 'same seed, same fleet', wholeNumber(1), 1)
    .action(simulate);
}

function decodeSettings({ config: file }: { readonly config?: string }, program: Command) {
  const isNamed = program.getOptionValueSource('config') === 'cli';
  const config = isNamed ? loadConfig(decodeConfig, { file }).config : decodeConfig.parse({});
  return proxySettings(config, config.homeassistant.discovery_prefix);
}

async function decodeFile(file: string, decoder: MessageDecoder): Promise<void> {
  for await (const line of inputLines(file)) {
    if (isBlank(line)) continue;
    const { json, failed } = decoder.decodeLine(line);
    process.stdout.write(`${json}\n`);
    if (failed) process.exitCode = 1;
  }
}

interface SimulateOptions {
  readonly broker: { readonly host: string; readonly tcpPort: number };
  readonly username?: string;
  /** What the file holds. */
  readonly passwordFile?: string;
  readonly meters: number;
  readonly rate?: number;
  readonly fault: readonly FleetFault[];
  readonly seed: number;
}

async function simulate({
  broker,
  username,
  passwordFile: password,
  meters,
  rate,
  fault,
  seed,
}: SimulateOptions): Promise<void> {
  const fleet = new Fleet({ meters, faults: new Set(fault), random: seededRandom(seed) });
  process.stdout.write(`${meters} meters on ${broker.host}:${broker.tcpPort}\n`);
  const account = {
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
  };
  await runFleet(fleet, { ...broker, ...account, rate: rate ?? null }, untilInterrupted());
}

function parsePassword(file: string): string {
  try {
    return readFileSync(file, 'utf8').trimEnd();
  } catch (error) {
    throw new InvalidArgumentError(`It cannot be read: ${(error as Error).message}`);
  }
}

function parseBroker(text: string): SimulateOptions['broker'] {
  const [, host, port] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  const tcpPort = Number(port);
  if (host === undefined || tcpPort < 1 || tcpPort > 65_535)
    throw new InvalidArgumentError('It must be a host and a port, such as localhost:11883.');
  return { host, tcpPort };
}
