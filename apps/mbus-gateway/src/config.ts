import { address, aesKey, bridgeConfig, duration, meterBase, timetable } from '@meterbridge/core/config';
import * as z from 'zod';
import { ANY_ONE, BAUD_RATES, MOST_PRIMARY } from './protocol/request.ts';
import { EVERY_METER, isSecondaryAddress, isSelected } from './protocol/secondary-address.ts';
import type { Target } from './readout.ts';

const TARGET =
  'must be a primary address from 0 to 250, 254 for the only meter of a line, in quotes a secondary one such as "12345678" or "1234567824400107", or all';
const BAUD = `must be one of ${BAUD_RATES.join(', ')}`;
const ANY_BEHIND_ID = 'FFFFFFFF';

/** `5` → primary, `"12345678"` → its number alone, `"1234567824400107"` → number, manufacturer, version, medium; `all`. */
export const target = z.codec(
  z.union([z.string({ error: TARGET }), z.int({ error: TARGET })], { error: TARGET }),
  z.custom<Target>(),
  {
    decode: (written, context) => {
      const text = String(written);
      if (/^\d{1,3}$/.test(text) && isPrimary(Number(text))) return Number(text);
      if (text === 'all') return EVERY_METER;
      const whole = text.length === 8 ? text + ANY_BEHIND_ID : text;
      if (isSecondaryAddress(whole)) return whole.toUpperCase();
      context.issues.push({ code: 'custom', input: written, message: TARGET });
      return z.NEVER;
    },
    encode: (found) => found,
  },
);

function isPrimary(address: number): boolean {
  return address <= MOST_PRIMARY || address === ANY_ONE;
}

const baud = z
  .int({ error: BAUD })
  .refine((rate) => BAUD_RATES.includes(rate), { error: BAUD })
  .default(2400);

const meter = z.strictObject({
  ...meterBase,
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
  dtr: z.boolean().default(true).describe('Switch DTR on: some level converters draw their power from it.'),
  rts: z.boolean().default(true).describe('Switch RTS on.'),
  meter: target.meta({
    description:
      'Which meter of the line: its primary address (254 if there is only one), or in quotes its secondary one, 8 or 16 digits. The scan command finds them. all: every other one of the line that a search finds; they are called as this entry, with their secondary address behind it.',
    examples: ['1234567824400107'],
  }),
  discover: z
    .enum(['on_start', 'interval', 'off'])
    .default('on_start')
    .describe(
      'With meter: all: search when the bridge starts, or then and every `rescan`, or only when told to by MQTT.',
    ),
  rescan: duration.prefault('1d').describe('With discover: interval: time between two searches.'),
  ...timetable('15m'),
  key: aesKey().exactOptional().meta({ description: 'AES-128 key of a meter that encrypts (mode 5).' }),
  history: z
    .boolean()
    .default(false)
    .describe('Publish values of the past, too: due dates, months. They are switched off in Home Assistant.'),
  limits: z.boolean().default(false).describe('Publish highest and lowest values, averages and limits, too.'),
  max_telegrams: z.int().min(1).max(100).default(16).describe('Telegrams of one readout at most.'),
});

/** Meters of different speeds on one line do not hear each other's questions. */
function refuseSameMeter(
  { meters }: { readonly meters: readonly MbusMeter[] },
  context: z.RefinementCtx,
): void {
  const places = Array.from(meters, (one, index) => ({ ...one, index }));
  const lines = Map.groupBy(places, ({ address: line, baud: speed }) => `${line.url} ${speed}`);
  for (const line of lines.values())
    for (const [at, later] of line.entries()) {
      const earlier = line.slice(0, at);
      const message = firstOf(earlier, (one) => problemOf(later.meter, one.meter, `meters[${one.index}]`));
      if (message) context.addIssue({ code: 'custom', path: ['meters', later.index, 'meter'], message });
    }
}

function firstOf<Item>(items: readonly Item[], find: (item: Item) => string | null): string | null {
  for (const item of items) {
    const found = find(item);
    if (found !== null) return found;
  }
  return null;
}

/** Why two entries cannot stand beside each other on one line; null if they can. */
function problemOf(later: Target, earlier: Target, place: string): string | null {
  if (later === earlier)
    return `means the same as ${place}.meter, on the same line at the same speed; one of them is enough`;
  if (later === ANY_ONE || earlier === ANY_ONE)
    return `cannot be read beside ${place}, on the same line at the same speed: ${ANY_ONE} means whoever is there`;
  if (typeof later === 'number' || typeof earlier === 'number') return null;
  if (later === EVERY_METER || earlier === EVERY_METER) return null;
  return isSelected(later, earlier) || isSelected(earlier, later)
    ? `may be the same meter as ${place}.meter: give both with all 16 digits, or remove one`
    : null;
}

export const config = bridgeConfig({ meter }).superRefine(refuseSameMeter);

/** What stands in the sample configuration. */
export const example: z.input<typeof config> = {
  mqtt: { url: 'mqtt://localhost:1883' },
  meters: [{ id: 'heat', address: '/dev/ttyUSB0', meter: '1234567824400107' }],
};

/** One meter. */
export type MbusMeter = z.output<typeof meter>;

/** All that is reached at the same address: meters of one line, and the search for more. */
export interface MbusLine {
  /** The address as text. */
  readonly id: string;
  readonly meters: readonly MbusMeter[];
  /** Entries for all other meters of the line, each for those of another speed. */
  readonly others: readonly MbusMeter[];
}

/** One entry for each line. */
export function linesOf({ meters }: z.output<typeof config>): readonly MbusLine[] {
  const byAddress = Map.groupBy(meters, (one) => one.address.url);
  return Array.from(byAddress, ([id, all]) => ({
    id,
    meters: all.filter((one) => one.meter !== EVERY_METER),
    others: all.filter((one) => one.meter === EVERY_METER),
  }));
}
