import { loadConfig } from '@meterbridge/core/config';
import { BridgeError } from '@meterbridge/core/errors';
import { mbusFault } from '@meterbridge/core/frames';
import type { TcpAddress } from '@meterbridge/core/model';
import {
  type Command,
  keyArgument,
  listOf,
  printMigrated,
  runSimulator,
  tcpPlace,
  wholeNumber,
} from '@meterbridge/core/runtime';
import { decryptWith } from './aes.ts';
import { frameJson } from './decode.ts';
import { inputFrames } from './decode-input.ts';
import { lineCommands } from './line-commands.ts';
import { recogniseOldFiles, takeOver } from './migrate/take-over.ts';
import type { DecodeOptions } from './protocol/telegram.ts';
import { slavesOfFrames } from './simulator/content.ts';
import { lineDescription, slavesOfDescription } from './simulator/description.ts';
import { FAULTS, type Fault } from './simulator/faults.ts';
import { serveLine } from './simulator/serve.ts';
import type { Slave } from './simulator/slave.ts';

/** What mbus-gateway can do besides what every bridge can. */
export function commands(program: Command): void {
  program
    .command('decode')
    .description('decode frames from files or standard input: one line of JSON each')
    .argument('[files...]', 'frames, raw or as hexadecimal text; - for standard input', ['-'])
    .option('--key <hex>', 'AES-128 key of the meter, 32 hexadecimal digits', keyArgument('--key'))
    .action(async (files: readonly string[], { key }: { readonly key?: Uint8Array }) => {
      const options: DecodeOptions = key ? { decrypt: decryptWith(key) } : {};
      for (const file of files) await decodeFile(file, options);
    });
  program
    .command('migrate')
    .description('turn a config.yaml or config.json of mbus-mqtt-gateway into a configuration of this bridge')
    .argument('<file>', 'the old configuration')
    .action(migrateFile);
  program
    .command('simulate')
    .description('be a line of meters: on TCP, on a pseudo terminal, or both')
    .argument(
      '<files...>',
      'frames that meters send, as hexadecimal text, or YAML files that describe meters',
    )
    .option('--listen <address>', 'tcp://host:port to listen on', tcpPlace)
    .option('--pty <path>', 'where to put the pseudo terminal')
    .option('--echo', 'send back what is received, as some level converters do', false)
    .option('--realtime <baud>', 'take the time that bytes take at this speed', wholeNumber(1))
    .option('--fault <list>', `what goes wrong now and then: ${FAULTS.join(', ')}`, listOf(FAULTS), [])
    .option('--seed <n>', 'same seed, same faults', wholeNumber(1), 1)
    .action(simulate);
  lineCommands(program);
  recogniseOldFiles(program);
}

async function decodeFile(file: string, options: DecodeOptions): Promise<void> {
  for await (const bytes of inputFrames(file)) {
    const json = frameJson(bytes, options);
    process.stdout.write(`${JSON.stringify(json)}\n`);
    if (!json.ok) process.exitCode = 1;
  }
}

function migrateFile(file: string): void {
  const taken = takeOver(file);
  if (!taken)
    throw new BridgeError('config/invalid', `${file} is no configuration of mbus-mqtt-gateway`, {
      hint: 'It has neither mqtt_broker (config.json, version 1) nor mqtt.broker (config.yaml, version 2).',
    });
  printMigrated(taken);
}

interface SimulateOptions {
  readonly listen?: TcpAddress;
  readonly pty?: string;
  readonly echo: boolean;
  readonly realtime?: number;
  readonly fault: readonly Fault[];
  readonly seed: number;
}

async function simulate(files: readonly string[], options: SimulateOptions): Promise<void> {
  const { echo, realtime, fault, seed } = options;
  const slaves = (await Promise.all(files.map(slavesOfFile))).flat();
  const line = { slaves, echo, realTimeBaud: realtime, faults: fault, seed };
  await runSimulator(options, `M-Bus line with ${slaves.length} meters`, (places) =>
    serveLine({ ...line, ...places }),
  );
}

async function slavesOfFile(file: string): Promise<readonly Slave[]> {
  if (/\.ya?ml$/.test(file))
    return slavesOfDescription(loadConfig(lineDescription, { file, env: {} }).config);
  const frames = await Array.fromAsync(inputFrames(file));
  return slavesOfFrames(frames.filter((bytes) => mbusFault(bytes) === null));
}
