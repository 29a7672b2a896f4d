import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseLine } from '@meterbridge/core/model';
import { openSerial } from '@meterbridge/core/transport';
import { describe, expect, it } from 'vitest';
import { Exchange } from './exchange.ts';
import { hasSocat, plainHead, simulated403 } from './head.fixture.ts';
import { profiles } from './meters/index.ts';
import { registerEntries } from './protocol/registers.ts';
import { MeterReader } from './reader.ts';
import { type ServeSettings, serveMeter } from './simulator/serve.ts';
import { timingOf } from './timing.ts';

const line = parseLine('1200 8N2')!;
/** All that kamstrup2mqtt can read: four questions. */
const registers = registerEntries.filter(({ isClassic }) => isClassic).map(({ id }) => id);

/** Reads all of them twice through a pseudo terminal; what is counted is of the second time. */
async function pollOverPty(head: Partial<ServeSettings>) {
  const folder = await mkdtemp(join(tmpdir(), 'kamstrup-'));
  await using cleanUp = new AsyncDisposableStack();
  cleanUp.defer(() => rm(folder, { recursive: true }));
  const traffic: string[] = [];
  const pty = join(folder, 'tty');
  const onTraffic: ServeSettings['onTraffic'] = (direction, bytes) => traffic.push(`${direction} ${bytes}`);
  cleanUp.use(await serveMeter({ ...plainHead, ...head, meter: simulated403(), pty, onTraffic }));
  const link = cleanUp.use(await openSerial({ path: pty, ...line }, { timeoutMs: 5_000 }));
  const exchange = new Exchange(link, timingOf('serial', line));
  const reader = new MeterReader({ id: 'heat', profile: profiles['403'], registers });
  const read = () => reader.read(exchange, { intervalMs: 300_000, report: (error) => Promise.reject(error) });
  await read();
  traffic.splice(0);
  return { reading: await read(), traffic };
}

describe.skipIf(!hasSocat)('a poll of 32 registers over a serial port', () => {
  it.each<[string, Partial<ServeSettings>]>([
    ['at the speed of 1200 baud', { isRealtime: true }],
    ['through a head that echoes', { hasEcho: true }],
    ['at the speed of 1200 baud, through a head that echoes', { isRealtime: true, hasEcho: true }],
  ])('takes four questions and not a byte more, %s', async (_how, head) => {
    const { reading, traffic } = await pollOverPty(head);
    expect(reading.values).toHaveLength(32);
    const [requests, answers] = ['request', 'answer'].map((kind) =>
      traffic.filter((one) => one.startsWith(kind)),
    );
    // Seven bytes and two for each register, and one for each byte that is stuffed: register 128 is in the second group.
    expect(requests).toEqual(['request 23', 'request 24', 'request 23', 'request 23']);
    expect(answers).toHaveLength(4);
    expect(traffic).toHaveLength(8);
  });
});
