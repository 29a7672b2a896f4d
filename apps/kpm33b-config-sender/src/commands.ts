import {
  type Command,
  InvalidArgumentError,
  inputText,
  Option,
  printMigrated,
} from '@meterbridge/core/runtime';
import {
  COMMAND_TOPICS,
  isDeviceId,
  type Level,
  readInterval,
  setTime,
  switchRelay,
} from '@meterbridge/kpm33b';
import { migrate } from '@meterbridge/kpm33b/config';
import { ask } from './ask.ts';
import type { Config } from './config.ts';
import { isTimeOfMeter, localTime } from './meter-time.ts';

/** What kpm33b-config-sender can do besides what every service can: other commands of the meters, and migration. */
export function commands(program: Command, load: () => { readonly config: Config }): void {
  program
    .command('set-time')
    .description('set the clock of a meter')
    .argument('<id>', 'id of the meter', parseId)
    .option(
      '--time <YYYYMMDDhhmmss>',
      'what it shall show; default: the local time of this machine',
      parseTime,
    )
    .action((id: string, { time = localTime(new Date()) }: { readonly time?: string }) =>
      ask(load().config, id, COMMAND_TOPICS.setTime, (prefix, oprid) => setTime(prefix, id, oprid, time)),
    );
  program
    .command('read-interval')
    .description('ask a meter how often it uploads')
    .argument('<id>', 'id of the meter', parseId)
    .addOption(
      new Option('--level <level>', 'which upload').choices(['seconds', 'minutes']).default('seconds'),
    )
    .action((id: string, { level }: { readonly level: Level }) =>
      ask(load().config, id, COMMAND_TOPICS.readInterval, (prefix, oprid) =>
        readInterval(prefix, id, oprid, level),
      ),
    );
  program
    .command('relay')
    .description('switch the relay of a meter')
    .argument('<id>', 'id of the meter', parseId)
    .argument('<on|off>', 'what it shall be', parseSwitch)
    .action((id: string, isOn: boolean) =>
      ask(load().config, id, COMMAND_TOPICS.relay, (prefix, oprid) => switchRelay(prefix, id, oprid, isOn)),
    );
  program
    .command('migrate')
    .description('make a configuration of the config.yaml of kpm33b_proxy')
    .argument('<file>', 'the old file')
    .action(async (file: string) => {
      // Real meters need longer than the default; kpm33b_proxy gave them as much.
      printMigrated(migrate(await inputText(file), { config_sender: { ack_timeout_seconds: 15 } }));
    });
}

function parseId(text: string): string {
  if (!isDeviceId(text)) throw new InvalidArgumentError('It must be 8 to 20 letters and digits.');
  return text;
}

function parseTime(text: string): string {
  if (!isTimeOfMeter(text))
    throw new InvalidArgumentError('It must be date and time in 14 digits, such as 20260601120000.');
  return text;
}

function parseSwitch(text: string): boolean {
  if (text !== 'on' && text !== 'off') throw new InvalidArgumentError('It must be on or off.');
  return text === 'on';
}
