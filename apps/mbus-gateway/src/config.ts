import { address, bridgeConfig, duration, meterBase, secret, timetable } from '@meterbridge/core/config';
import * as z from 'zod';
import { BAUD_RATES, MOST_PRIMARY } from './protocol/request.ts';
import { isSecondaryAddress, type SecondaryAddress } from './protocol/secondary-address.ts';
import type { Target } from './readout.ts';

const TARGET =
  'must be a primary address from 0 to 250, or in quotes a secondary one: "12345678" or "1234567824400107"';
const BAUD = `must be one of ${BAUD_RATES.join(', ')}`;
const KEY = 'must be a key of 32 hexadecimal digits';
const ANY_BEHIND_ID = 'FFFFFFFF';

/** `5` → primary, `"12345678"` → its number alone, `"1234567824400107"` → number, manufacturer, version, medium. */
export const target = z.codec(
  z.union([z.string({ error: TARGET }), z.int({ error: TARGET })], { error: TARGET }),
  z.custom<Target>(),
  {
    decode: (written, context) => {
      const text = String(written);
      if (/^\d{1,3}$/.test(text) && Number(text) <= MOST_PRIMARY) return Number(text);
      const whole = text.length === 8 ? text + ANY_BEHIND_ID : text;
      if (isSecondaryAddress(whole)) return whole.toUpperCase();
      context.issues.push({ code: 'custom', input: written, message: TARGET });
      return z.NEVER;
    },
    encode: (found) => found,
  },
);

const baud = z
  .int({ error: BAUD })
  .refine((rate) => BAUD_RATES.includes(rate), { error: BAUD })
  .default(2400);

/** What belongs to the way to a line rather than to a meter. */
const lineKeys = {
  address: address.meta({
    description: 'Where the level converter is: a serial device, or a serial server in the network.',
    examples: ['/dev/ttyUSB0'],
  }),
  baud: baud.describe('Speed of the meter; a serial server must be set to it by itself. Always 8E1.'),
  tcp_latency: duration
    .prefault('200ms')
    .describe('What a serial server adds to the time that meters have to answer.'),
  answer_timeout: duration.exactOptional().meta({
    description:
      'How long to wait for the first byte of an answer. Default: 330 bit times and 50 ms, but 500 ms at least.',
    examples: ['1500ms'],
  }),
};

const choice = {
  history: z
    .boolean()
    .default(false)
    .describe('Publish values of the past, too: due dates, months. They are switched off in Home Assistant.'),
  limits: z.boolean().default(false).describe('Publish highest and lowest values, averages and limits, too.'),
};

const meter = z.strictObject({
  ...meterBase,
  ...lineKeys,
  meter: target.meta({
    description:
      'Which meter of the line: its primary address, or in quotes its secondary one, 8 or 16 digits. The scan command finds them.',
    examples: ['1234567824400107'],
  }),
  ...timetable('15m'),
  key: secret()
    .regex(/^[0-9A-Fa-f]{32}$/, KEY)
    .exactOptional()
    .meta({ description: 'AES-128 key of a meter that encrypts (mode 5).' }),
  ...choice,
  max_telegrams: z.int().min(1).max(100).default(16).describe('Telegrams of one readout at most.'),
});

const discovery = z.strictObject({
  ...lineKeys,
  when: z
    .enum(['on_start', 'interval'])
    .default('on_start')
    .describe('Search once when the bridge starts, or again and again.'),
  every: duration.prefault('1d').describe('Time between two searches with when: interval.'),
  interval: duration.prefault('15m').describe('Time between two readings of a meter that was found.'),
  ...choice,
});

export const config = bridgeConfig({ meter }).extend({
  discover: z
    .array(discovery)
    .default([])
    .describe(
      'Lines whose meters are searched and read without being configured. Their names are their secondary addresses.',
    ),
});

/** What stands in the sample configuration. */
export const example: z.input<typeof config> = {
  mqtt: { url: 'mqtt://localhost:1883' },
  meters: [{ id: 'heat', address: '/dev/ttyUSB0', meter: '1234567824400107' }],
};

/** One meter. */
export type MbusMeter = z.output<typeof meter>;
export type Discovery = z.output<typeof discovery>;

/** A meter that a search found, as if it were configured. */
export function adoptedMeter(address: SecondaryAddress, found: Discovery): MbusMeter {
  const { when: _, every: __, ...keys } = z.encode(discovery, found);
  return meter.parse({ ...keys, id: address, meter: address });
}

/** All that is reached at the same address: meters of one line, and the search for more. */
export interface MbusLine {
  /** The address as text. */
  readonly id: string;
  readonly meters: readonly MbusMeter[];
  readonly discovery: Discovery | null;
}

/** One entry for each line. */
export function linesOf({ meters, discover }: z.output<typeof config>): readonly MbusLine[] {
  const byAddress = Map.groupBy(meters, (one) => one.address.url);
  const searched = new Map(discover.map((one) => [one.address.url, one]));
  const ids = new Set([...byAddress.keys(), ...searched.keys()]);
  return Array.from(ids, (id) => ({
    id,
    meters: byAddress.get(id) ?? [],
    discovery: searched.get(id) ?? null,
  }));
}
