import { once } from 'node:events';
import { sampleYaml } from '@meterbridge/core/config';
import { BridgeError } from '@meterbridge/core/errors';
import type { TcpAddress } from '@meterbridge/core/model';
import {
  type Command,
  InvalidArgumentError,
  keyArgument,
  listOf,
  Option,
  printMigrated,
  tcpPlace,
  untilInterrupted,
  wholeInput,
  wholeNumber,
} from '@meterbridge/core/runtime';
import { config } from './config.ts';
import { type DecodeOptions, decodeFile, lineOf } from './decode.ts';
import { migrate } from './migrate/index.ts';
import { readSettings } from './migrate/settings.ts';
import { BLOCK_MAPS } from './protocol/block-map.ts';
import { FAULTS, type Fault } from './simulator/faults.ts';
import { usualInverters } from './simulator/plant.ts';
import { serveDtu } from './simulator/serve.ts';

/** What hoymiles-bridge can do besides what every bridge can. */
export function commands(program: Command): void {
  program
    .command('decode')
    .description('decode captures from files or standard input: one line of JSON for each thing found')
    .argument('[files...]', 'captures: raw, as hexadecimal text, or as JSON; - for standard input', ['-'])
    .addOption(
      new Option('--protocol <name>', 'what the DTU speaks')
        .choices(['modbus', 'protobuf'])
        .makeOptionMandatory(),
    )
    .option(
      '--enc-rand <hex>',
      'protobuf: enc_rand of an encrypted session, 16 bytes',
      keyArgument('--enc-rand'),
    )
    .option('--request <hex>', 'Modbus: PDU of the request that a PDU answers', parseHex)
    .action(async (files: readonly string[], options: DecodeOptions) => {
      for (const file of files) await decode(file, options);
    });
  program
    .command('migrate')
    .description('turn a configuration of hoymiles-mqtt or hoymiles-smiles into one of this bridge')
    .argument('<file>', 'its YAML file, a file with its variables (NAME=value), or - for what env prints')
    .action(migrateFile);
  program
    .command('simulate')
    .description('be a DTU with inverters under a sun: on Modbus, on protobuf, or both')
    .option('--modbus <address>', 'tcp://host:port to speak Modbus on', tcpPlace)
    .option('--protobuf <address>', 'tcp://host:port to speak protobuf on', tcpPlace)
    .option('--inverters <n>', 'how many inverters, with four ports each', wholeNumber(1), 2)
    .option(
      '--series <prefix>',
      'first four digits of their serial numbers: 1361 has three phases',
      fourDigits,
      '1161',
    )
    .option('--meter', 'protobuf: a meter of energy behind the DTU', false)
    .option('--dtu <serial>', 'serial number of the DTU', '10f871600831')
    .option('--rtu', 'Modbus: RTU frames, as behind a serial server', false)
    .addOption(
      new Option('--addressing <map>', 'Modbus: where the ports are among the registers')
        .choices(Object.keys(BLOCK_MAPS))
        .default('byte'),
    )
    .option('--enc-rand <hex>', 'protobuf: encrypt, with these 16 bytes', keyArgument('--enc-rand'))
    .option('--hour <n>', 'hour of the day (UTC) at which its clock starts; default: now', wholeNumber(0, 23))
    .option(
      '--fault <list>',
      `what goes wrong, now and then or always: ${FAULTS.join(', ')}`,
      listOf(FAULTS),
      [],
    )
    .option('--alarm <code>', 'the first inverter has this alarm, such as 209', wholeNumber(1))
    .option('--per-page <n>', 'protobuf: inverters in one page', wholeNumber(1), 8)
    .option('--seed <n>', 'same seed, same plant', wholeNumber(1), 1)
    .action(simulate);
}

async function decode(file: string, options: DecodeOptions): Promise<void> {
  for (const json of await decodeFile(await wholeInput(file), options)) {
    process.stdout.write(`${lineOf(json)}\n`);
    if (json.ok === false) process.exitCode = 1;
  }
}

function migrateFile(file: string): void {
  const { config: example, notes } = migrate(readSettings(file));
  printMigrated({ yaml: sampleYaml(config, { name: 'hoymiles-bridge', example }), notes });
}

interface SimulateOptions {
  readonly modbus?: TcpAddress;
  readonly protobuf?: TcpAddress;
  readonly inverters: number;
  readonly series: string;
  readonly meter: boolean;
  readonly dtu: string;
  readonly rtu: boolean;
  readonly addressing: keyof typeof BLOCK_MAPS;
  readonly encRand?: Uint8Array;
  readonly hour?: number;
  readonly fault: readonly Fault[];
  readonly alarm?: number;
  readonly perPage: number;
  readonly seed: number;
}

async function simulate(options: SimulateOptions): Promise<void> {
  const { modbus, protobuf } = options;
  if (!modbus && !protobuf)
    throw new BridgeError('usage/invalid', 'simulate needs --modbus, --protobuf, or both');
  const signal = untilInterrupted();
  await using dtu = await serveDtu({
    dtuSerial: options.dtu,
    inverters: usualInverters(options.inverters, options.series),
    hasMeter: options.meter,
    modbus,
    protobuf,
    addressing: options.addressing,
    framing: options.rtu ? 'rtu-over-tcp' : 'tcp',
    faults: options.fault,
    encRand: options.encRand ?? null,
    perPage: options.perPage,
    seed: options.seed,
    now: clockFrom(options.hour),
  });
  if (options.alarm) dtu.plant.raiseAlarm(dtu.plant.inverters[0]!.serial, options.alarm);
  if (modbus) process.stdout.write(`Modbus on tcp://${modbus.host}:${dtu.modbusPort}\n`);
  if (protobuf) process.stdout.write(`protobuf on tcp://${protobuf.host}:${dtu.protobufPort}\n`);
  await once(signal, 'abort');
}

/** A clock that shows the given hour of today now, and goes on from there. */
function clockFrom(hour: number | undefined): () => number {
  if (hour === undefined) return Date.now;
  const start = new Date();
  const shiftMs = new Date(start).setUTCHours(hour, 0, 0, 0) - start.getTime();
  return () => Date.now() + shiftMs;
}

function parseHex(text: string): Uint8Array {
  if (!/^(?:[0-9a-f]{2})+$/i.test(text)) throw new InvalidArgumentError('It must be hexadecimal digits.');
  return Uint8Array.from(Buffer.from(text, 'hex'));
}

function fourDigits(text: string): string {
  if (!/^[0-9a-f]{4}$/i.test(text)) throw new InvalidArgumentError('It must be four hexadecimal digits.');
  return text.toLowerCase();
}
