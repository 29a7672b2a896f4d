import { address, bridgeConfig, meterBase, size, timezone } from '@meterbridge/core/config';
import { formatLine, type LineSettings, parseLine } from '@meterbridge/core/transport';
import * as z from 'zod';

const LINE = 'must be line settings such as 115200 8N1 or 9600 7E1';

const line = z.codec(z.string({ error: LINE }), z.custom<LineSettings>(), {
  decode: (text, context) => {
    const settings = parseLine(text);
    if (settings) return settings;
    context.issues.push({ code: 'custom', input: text, message: LINE });
    return z.NEVER;
  },
  encode: formatLine,
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
    .describe('DSMR version; it only decides on the line settings. auto tries 115200 8N1, then 9600 7E1.'),
  line: line.exactOptional().meta({
    description: 'Line settings of a serial device, if not those of the version.',
    examples: ['115200 8N1'],
  }),
  timezone: timezone
    .default('Europe/Amsterdam')
    .describe('Where the meter stands; decides what its clock means.'),
  crc: z
    .enum(['if-present', 'require', 'off'])
    .default('if-present')
    .describe(
      'What is demanded of the CRC: right if there is one, always there and right, or not looked at.',
    ),
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
