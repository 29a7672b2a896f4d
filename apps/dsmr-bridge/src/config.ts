import {
  address,
  aesKey,
  bridgeConfig,
  duration,
  meterBase,
  serialLine,
  size,
  timezone,
} from '@meterbridge/core/config';
import * as z from 'zod';

const OBIS = 'must be an OBIS code such as 1-0:99.1.0, or all';

const obisCode = z
  .string({ error: OBIS })
  .regex(/^(?:all|\d{1,3}-\d{1,3}:\d{1,3}\.\d{1,3}\.\d{1,3})$/, { error: OBIS });

const band = (unit: string, example: number) =>
  z
    .number()
    .min(0.0001)
    .exactOptional()
    .meta({ description: `In ${unit}.`, examples: [example] });

const deadband = z.strictObject({
  power: band('kW', 0.05),
  reactive_power: band('kvar', 0.05),
  apparent_power: band('kVA', 0.05),
  energy: band('kWh', 0.1),
  reactive_energy: band('kvarh', 0.1),
  voltage: band('V', 2),
  current: band('A', 0.5),
  frequency: band('Hz', 0.1),
});

const computed = z.strictObject({
  totals: z.boolean().default(true).describe('Energy import and export over all tariffs.'),
  net_power: z.boolean().default(true).describe('Power import less power export, of all phases and of each.'),
});

const port = z.strictObject({
  ...meterBase,
  address: address.meta({
    description: 'Where the P1 port is: a serial device, or a serial server in the network.',
    examples: ['/dev/ttyUSB0'],
  }),
  version: z
    .enum(['auto', '2.2', '3.0', '4.0', '4.2', '5.0'])
    .default('auto')
    .describe(
      'DSMR version; it only decides on the line settings. auto tries 115200 8N1, then 115200 7E1 if the bytes look like it, then 9600 7E1.',
    ),
  line: serialLine('115200 8N1 or 9600 7E1')
    .exactOptional()
    .meta({
      description:
        'Line settings of a serial device, if not those of the version. A serial server has its own; 9600 7E1 reads one that passes on the parity.',
      examples: ['115200 8N1'],
    }),
  timezone: timezone
    .default('Europe/Amsterdam')
    .describe('Where the meter stands; decides what its clock means.'),
  time: z
    .enum(['meter', 'arrival'])
    .default('meter')
    .describe(
      'Whose time readings carry: that of the meter, or that of their arrival if its clock is wrong.',
    ),
  crc: z
    .enum(['if-present', 'require', 'off'])
    .default('if-present')
    .describe(
      'What is demanded of the CRC: right if there is one, always there and right, or not looked at.',
    ),
  key: aesKey()
    .exactOptional()
    .meta({
      description:
        'Key of a meter that encrypts its telegrams, from the grid operator: 32 hexadecimal digits.',
      examples: ['0123456789ABCDEF0123456789ABCDEF'],
    }),
  auth_key: aesKey()
    .exactOptional()
    .meta({
      description:
        'Authentication key of such a meter. Default: the one of all meters in Luxembourg, or none.',
      examples: ['00112233445566778899AABBCCDDEEFF'],
    }),
  tag: z
    .enum(['verify', 'warn', 'off'])
    .default('warn')
    .describe(
      'What becomes of an encrypted telegram with a wrong authentication tag: verify refuses it; warn and off take it if its CRC is right, and warn tells of it.',
    ),
  frame_counter: z
    .enum(['verify', 'off'])
    .default('verify')
    .describe(
      'Whether the frame counter of an encrypted telegram must have grown. off, until readings arrive, is for a meter that has begun to count anew.',
    ),
  interval: duration.exactOptional().meta({
    description:
      'Time between two readings that are published. Default: each telegram, or 1m if there are deadbands.',
    examples: ['10s'],
  }),
  deadband: deadband
    .exactOptional()
    .describe(
      'In between, a reading is published in which one of these quantities changed by more than this.',
    ),
  computed: computed.prefault({}).describe('Values that are computed from others.'),
  extra: z
    .array(obisCode)
    .default([])
    .meta({
      description: 'Objects to publish that are not among the parameters, by code; all for each of them.',
      examples: [['1-0:96.5.1']],
    }),
  max_telegram_bytes: size.prefault('16KiB').describe('A telegram that grows beyond this is given up.'),
});

export const config = bridgeConfig({ meter: port });

/** What stands in the sample configuration. */
export const example: z.input<typeof config> = {
  mqtt: { url: 'mqtt://localhost:1883' },
  meters: [{ id: 'dsmr_main', address: '/dev/ttyUSB0' }],
};

/** One P1 port. */
export type Port = z.output<typeof port>;
