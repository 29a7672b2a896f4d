import { latin1 } from '@meterbridge/core/codec';
import { sampleYaml } from '@meterbridge/core/config';
import {
  type Command,
  inputLines,
  listOf,
  Option,
  printMigrated,
  tcpPlace,
  wholeNumber,
} from '@meterbridge/core/runtime';
import { config } from './config.ts';
import { exchangeJson } from './decode.ts';
import { migrateFiles } from './migrate/files.ts';
import { simulate } from './simulate.ts';
import { FAULTS } from './simulator/faults.ts';
import { SIMULATED_MODELS } from './simulator/registers.ts';

/** What kamstrup-bridge can do besides what every bridge can. */
export function commands(program: Command): void {
  program
    .command('decode')
    .description('decode exchanges from files or standard input: one line of JSON for each line')
    .argument('[files...]', 'lines of REQUEST_HEX RX_HEX, or RX_HEX alone; - for standard input', ['-'])
    .action(async (files: readonly string[]) => {
      for (const file of files) await decodeFile(file);
    });
  program
    .command('migrate')
    .description('turn a config.yaml of kamstrup2mqtt or Meter2MQTT into a configuration of this bridge')
    .argument('<files...>', 'the config.yaml, and a file with its variables (NAME=value), which win')
    .action(migrate);
  program
    .command('simulate')
    .description('be a meter behind an optical head: on TCP, on a pseudo terminal, or both')
    .option('--listen <address>', 'tcp://host:port to listen on', tcpPlace)
    .option('--pty <path>', 'where to put the pseudo terminal')
    .addOption(
      new Option('--model <model>', 'which MULTICAL it is').choices([...SIMULATED_MODELS]).default('403'),
    )
    .option('--serial <number>', 'its serial number', wholeNumber(), 68_928_500)
    .option('--echo', 'send back what is received, as heads do that see their own light', false)
    .option('--realtime', 'take the time that bytes take at 1200 baud', false)
    .option('--latency <ms>', 'time from a request to its answer', wholeNumber(), 0)
    .option('--asleep', 'sleep until the button is pressed', false)
    .option('--sleep <seconds>', 'fall asleep so long after a request; SIGUSR2 is the button', wholeNumber())
    .option('--fault <list>', `what goes wrong now and then: ${FAULTS.join(', ')}`, listOf(FAULTS), [])
    .option('--seed <n>', 'same seed, same faults', wholeNumber(), 1)
    .action(simulate);
}

async function decodeFile(file: string): Promise<void> {
  for await (const line of inputLines(file)) {
    const { json, failed } = exchangeJson(latin1(line));
    process.stdout.write(`${json}\n`);
    if (failed) process.exitCode = 1;
  }
}

function migrate(files: readonly string[]): void {
  const { config: example, notes } = migrateFiles(files);
  printMigrated({ yaml: sampleYaml(config, { name: 'kamstrup-bridge', example }), notes });
}
