import { address } from '@meterbridge/core/config';
import { argument, type Command, untilInterrupted, wholeNumber } from '@meterbridge/core/runtime';
import { parseBaud, parseRange, parseTarget } from './arguments.ts';
import { isConfirmed } from './confirm.ts';
import { type LineOptions, openLine } from './open-line.ts';
import { MOST_PRIMARY } from './protocol/request.ts';
import type { Target } from './readout.ts';
import { configBlock, configured, type FoundMeter, scanPrimary, scanSecondary } from './scan.ts';
import { ERASE_LINE, reportBar, reportFound, reportJson } from './scan-report.ts';
import { standardAnswerMs } from './timing.ts';
import { requireAnswer, setAddress, switchBaud } from './write.ts';

/** Commands that speak on a line. */
export function lineCommands(program: Command): void {
  withLine(program.command('scan'))
    .description('find the meters of a line; ends with their part of the configuration')
    .option('--primary [range]', 'ask primary addresses instead, all or such as 1-20', parseRange)
    .option('--thorough', 'also find numbers with the digits A to E', false)
    .option('--json', 'print what is found, and how far it is, as JSON', false)
    .action(scan);
  withLine(program.command('set-address'))
    .description('give a meter another primary address')
    .argument('<meter>', 'its address now, primary or secondary', parseTarget)
    .argument('<new>', 'its new primary address, 1 to 250', wholeNumber(1, MOST_PRIMARY))
    .option('--yes', 'do not ask before writing', false)
    .action(async (meter: Target, to: number, options: LineOptions & { readonly yes: boolean }) => {
      if (!(await isConfirmed(`Meter ${meter} gets the primary address ${to}.`, options.yes))) return;
      await using line = await openLine(options, untilInterrupted());
      await setAddress(line.master, meter, to);
      process.stdout.write(`Meter ${meter} answers at primary address ${to} now.\n`);
    });
  withLine(program.command('set-baud'))
    .description('switch a meter to another speed')
    .argument('<meter>', 'its address, primary or secondary', parseTarget)
    .argument('<baud>', 'its new speed', parseBaud)
    .option('--yes', 'do not ask before writing', false)
    .action(async (meter: Target, to: number, options: LineOptions & { readonly yes: boolean }) => {
      if (!(await isConfirmed(`Meter ${meter} is switched to ${to} baud.`, options.yes))) return;
      const signal = untilInterrupted();
      await using line = await openLine(options, signal);
      await switchBaud(line.master, meter, to);
      await line[Symbol.asyncDispose]();
      await using faster = await openLine({ ...options, baud: to }, signal);
      await requireAnswer(faster.master, meter, to, options.baud);
      process.stdout.write(`Meter ${meter} answers at ${to} baud now.\n`);
    });
}

function withLine(command: Command): Command {
  return command
    .requiredOption('--address <address>', 'serial:///dev/ttyUSB0 or tcp://host:port', argument(address))
    .option('--baud <rate>', 'speed of the line', parseBaud, 2400)
    .option('--latency <ms>', 'what a serial server adds to answers', wholeNumber(1), 200)
    .option('--timeout <ms>', 'how long to wait for an answer; default: as the standard says', wholeNumber(1))
    .option('--no-dtr', 'switch DTR off: it is on, as some level converters draw their power from it')
    .option('--no-rts', 'switch RTS off');
}

interface ScanOptions extends LineOptions {
  readonly primary?: readonly [number, number] | true;
  readonly thorough: boolean;
  readonly json: boolean;
}

const ALL_PRIMARY = [0, 250] as const;

/** What was found is told even when the search is interrupted. */
async function scan(options: ScanOptions): Promise<void> {
  const { baud, primary, thorough, json } = options;
  const signal = untilInterrupted();
  const found: FoundMeter[] = [];
  const report = json ? reportJson : process.stderr.isTTY ? reportBar : reportFound;
  try {
    // Most of those who are asked are not there: a search waits as long as the standard says and no longer.
    await using line = await openLine({ timeout: standardAnswerMs(baud), ...options }, signal);
    const range = primary === true ? ALL_PRIMARY : primary;
    const steps = range ? scanPrimary(line.master, range) : scanSecondary(line.master, thorough);
    for await (const step of steps) {
      if (step.found) found.push(step.found);
      report(step);
    }
  } catch (thrown) {
    if (!signal.aborted) throw thrown;
    process.exitCode = 1;
  }
  const meters = configured(options, found);
  if (json) {
    process.stdout.write(`${JSON.stringify({ config: { meters: meters.map(({ entry }) => entry) } })}\n`);
    return;
  }
  if (report === reportBar) process.stderr.write(ERASE_LINE);
  process.stderr.write(`${found.length} ${found.length === 1 ? 'meter' : 'meters'} found\n`);
  process.stdout.write(configBlock(meters));
}
