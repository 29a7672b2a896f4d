import { address, bridgeConfig, meterBase, nearest, serialLine, timetable } from '@meterbridge/core/config';
import * as z from 'zod';
import { isModel, profiles } from './meters/index.ts';
import { registerEntries, registerEntry, registerOf } from './protocol/registers.ts';

const NAMES = registerEntries.map(({ name }) => name);
const PARAMETER = 'must be the name of a parameter such as energy, or the number of a register';

/** `energy`, `266`, `0x3c` → number of the register. */
const parameter = z.codec(
  z.union([z.string({ error: PARAMETER }), z.int({ error: PARAMETER })], { error: PARAMETER }),
  z.int(),
  {
    decode: (named, context) => {
      const register = registerOf(String(named));
      if (register !== null) return register;
      const near = nearest(String(named), NAMES);
      const message = near === undefined ? PARAMETER : `is no parameter; did you mean "${near}"?`;
      context.issues.push({ code: 'custom', input: named, message });
      return z.NEVER;
    },
    encode: (register) => registerEntry(register).name,
  },
);

const models = Object.keys(profiles).filter(isModel);

const meter = z.strictObject({
  ...meterBase,
  address: address.meta({
    description: 'Where the optical head is: a serial device, or a serial server in the network.',
    examples: ['/dev/ttyUSB0'],
  }),
  model: z
    .enum(models)
    .default('generic')
    .describe('Which meter it is; decides what is read unless `parameters` says so.'),
  parameters: z
    .array(parameter)
    .min(1)
    .exactOptional()
    .meta({
      description:
        'What is read, by name or number of the register. Eight cost one question, and as much battery as one.',
      examples: [['energy', 'volume', 'power', 'flow', 'temp1', 'temp2', 'tempdiff', 'info']],
    }),
  ...timetable('5m'),
  keep_open: z
    .boolean()
    .default(true)
    .describe(
      'Keep the port open between two readings. false: others may use it; heads that live on DTR go dark.',
    ),
  line: serialLine('1200 8N2 or 9600 8N2')
    .prefault('1200 8N2')
    .describe('Line settings of a serial device; 9600 8N2 for a 382 or 162.'),
  dtr: z.boolean().default(true).describe('Switch DTR on: old optical heads draw their power from it.'),
  rts: z.boolean().default(true).describe('Switch RTS on; some RS-232 heads want it off.'),
});

export const config = bridgeConfig({ meter });

/** What stands in the sample configuration. */
export const example: z.input<typeof config> = {
  mqtt: { url: 'mqtt://localhost:1883' },
  meters: [{ id: 'heat', address: '/dev/ttyUSB0', model: '403' }],
};

/** One meter. */
export type KmpMeter = z.output<typeof meter>;
