import { type Broker, collect, startBroker } from '@meterbridge/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import * as z from 'zod';
import { Decimal } from '../codec/index.ts';
import { bridgeConfig, meterBase } from '../config/index.ts';
import { house } from '../model/house.fixture.ts';
import type { Measurement } from '../model/index.ts';
import { createLogger, LogTail } from '../observe/index.ts';
import { Bridge } from './bridge.ts';
import type { BridgeDefinition } from './definition.ts';
import { pollMeters } from './poll.ts';

let broker: Broker;
beforeEach(async () => {
  broker = await startBroker();
});
afterEach(() => broker[Symbol.asyncDispose]());

const power: Measurement = { key: 'power', name: 'Power', unit: 'kW', stateClass: 'measurement' };
const schema = bridgeConfig({
  meter: z.strictObject({ ...meterBase, line: z.string(), serial: z.string(), interval: z.number() }),
});
type Config = z.output<typeof schema>;
interface Bus {
  readonly id: string;
  readonly meters: Config['meters'];
}

const definition: BridgeDefinition<typeof schema, Bus> = {
  ...{ name: 'test-bridge', summary: 'A test.', config: schema },
  example: { mqtt: { url: 'mqtt://localhost' } },
  entries: ({ meters }) =>
    Array.from(
      Map.groupBy(meters, ({ line }) => line),
      ([id, own]) => ({ id, meters: own }),
    ),
  source: (context) =>
    pollMeters(context, context.entry.meters, async ({ id, serial }) => {
      const meter = { ...house, type: 'test', id, uniqueId: serial, serialNumber: serial };
      const values = [{ measurement: power, value: new Decimal(1, 1) }];
      return [{ meter, time: { epochMs: Date.now(), offsetMinutes: 0 }, values }];
    }),
};

/** A meter as it is configured: id, line and serial number. */
type Given = readonly [id: string, line: string, serial: string];

/** A bridge that has read these meters; `become` gives it others, read as often. */
async function start(intervalMs: number, given: readonly Given[]) {
  const configOf = (meters: readonly Given[]) =>
    schema.parse({
      mqtt: { url: broker.url },
      ...{ http: { enabled: false }, store: { enabled: false }, log: { level: 'silent' } },
      meters: meters.map(([id, line, serial]) => ({ id, line, serial, interval: intervalMs })),
    });
  const log = createLogger({ level: 'silent', format: 'json' }, { write: () => undefined }, () => undefined);
  let config = configOf(given);
  const bridge = new Bridge(definition, config, log, new LogTail());
  const serials = () =>
    Object.fromEntries(
      bridge.meters.filter(({ online }) => online).map(({ meter }) => [meter.id, meter.serialNumber]),
    );
  const duplicates = () => bridge.lines.filter(({ reports }) => reports.has('meter/duplicate'));
  const become = async (meters: readonly Given[]) => {
    const before = config;
    config = configOf(meters);
    await bridge.reconfigure(before, config);
  };
  await bridge.start();
  await expect.poll(serials).toEqual(Object.fromEntries(given.map(([id, , serial]) => [id, serial])));
  return { become, serials, duplicates, [Symbol.asyncDispose]: () => bridge.stop() };
}

describe('a reload', { timeout: 30_000 }, () => {
  it.each<[string, readonly Given[], readonly Given[]]>([
    [
      'two meters of one line are exchanged',
      [
        ['m1', 'a', 'x'],
        ['m2', 'a', 'y'],
      ],
      [
        ['m1', 'a', 'y'],
        ['m2', 'a', 'x'],
      ],
    ],
    [
      'two meters of two lines are exchanged',
      [
        ['m1', 'a', 'x'],
        ['m2', 'b', 'y'],
      ],
      [
        ['m1', 'a', 'y'],
        ['m2', 'b', 'x'],
      ],
    ],
    [
      'one takes the place of another, which gets a new name',
      [
        ['m1', 'a', 'x'],
        ['m2', 'a', 'y'],
      ],
      [
        ['m3', 'a', 'y'],
        ['m2', 'a', 'x'],
      ],
    ],
  ])('after which %s reads them all, and says that they are there', async (_what, before, after) => {
    await using bridge = await start(100, before);
    await bridge.become(after);
    const want = Object.fromEntries(after.map(([id, , serial]) => [id, serial]));
    await expect.poll(bridge.serials).toEqual(want);
    expect(bridge.duplicates()).toEqual([]);
    const told = async () => {
      await using seen = await collect(broker, 'meters/test/+/availability');
      await seen.next();
      return Object.fromEntries(seen.messages.map(({ topic, payload }) => [topic, payload]));
    };
    const online = Object.keys(want).map((id) => [`meters/test/${id}/availability`, 'online']);
    await expect.poll(told, { timeout: 10_000 }).toEqual(Object.fromEntries(online));
  });

  it('does not give a meter to a second entry, though that one is read first', async () => {
    await using bridge = await start(3_600_000, [['m1', 'a', 'x']]);
    await bridge.become([
      ['m1', 'a', 'x'],
      ['twin', 'a', 'x'],
    ]);
    await expect.poll(bridge.duplicates).toHaveLength(1);
    expect(bridge.serials()).toEqual({ m1: 'x' });
  });
});
