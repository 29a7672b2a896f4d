import { pino } from 'pino';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import * as z from 'zod';
import { Decimal } from '../codec/index.ts';
import { bridgeConfig, meterBase } from '../config/index.ts';
import { deviceLayout } from '../discovery/index.ts';
import { topics } from '../discovery/topics.fixture.ts';
import { house } from '../model/house.fixture.ts';
import type { Measurement, Meter, Reading } from '../model/index.ts';
import { History } from '../store/history.ts';
import { Outbox, State } from '../store/index.ts';
import { Meters } from './meters.ts';
import { Removals } from './removals.ts';

const energy: Measurement = {
  ...{ key: 'energy', name: 'Energy', unit: 'kWh', deviceClass: 'energy' },
  stateClass: 'total_increasing',
};
const readAs = (id: string): Meter => ({ ...house, id });

beforeEach(() => {
  vi.useFakeTimers();
});
const open: Meters[] = [];
afterEach(() => {
  for (const meters of open.splice(0)) meters.close();
  vi.useRealTimers();
});

/** Meters of entries with these ids; `told` holds what was published, `energy` of it what it tells of the total. */
function setUp(ids: readonly string[]) {
  const config = bridgeConfig({ meter: z.strictObject(meterBase) }).parse({
    mqtt: { url: 'mqtt://localhost' },
    homeassistant: { enabled: false },
    meters: ids.map((id) => ({ id })),
  });
  const energies: unknown[] = [];
  const history = new History(null);
  const meters = new Meters({
    ...{ config, topics, store: { state: new State(), history }, log: pino({ enabled: false }) },
    layout: deviceLayout({
      app: 'a',
      version: '1',
      supportUrl: '',
      topics,
      output: 'json',
      qos: 1,
      controls: [],
    }),
    outbox: new Outbox({ maxMessages: 100, maxBytes: 1_000_000, maxAgeMs: 1_000_000 }),
    removals: new Removals(new State().space('removals'), { connected: false, send: () => undefined }),
    put: ({ topic, payload }) => {
      if (topic === topics.reading(house) && payload !== '') energies.push(JSON.parse(payload).energy);
    },
    onAvailability: () => undefined,
  });
  open.push(meters);
  /** What the line does with a reading. */
  const read = (meter: Meter, kwh: number) => {
    const reading: Reading = {
      ...{ meter, time: { epochMs: Date.now(), offsetMinutes: 0 } },
      values: [{ measurement: energy, value: new Decimal(kwh, 0) }],
    };
    const refusal = meters.refusalOf(meter, 'bus');
    if (!refusal) meters.received(reading, 'bus');
    return refusal?.code ?? null;
  };
  const points = () =>
    history.query({ meter: house.uniqueId, key: 'energy', from: 0, to: Date.now() + 1, maxPoints: 9 });
  return { meters, read, energies, points };
}

describe('a meter that two entries read', () => {
  const twin = readAs('twin');

  it('keeps its history and what is known of its totals when the one is removed that was refused', () => {
    const { meters, read, energies, points } = setUp(['main', 'twin']);
    expect([read(house, 1000), read(twin, 1000)]).toEqual([null, 'meter/duplicate']);
    meters.forget([twin]);
    expect(points()).not.toEqual([]);
    read(house, 0);
    expect(energies).toEqual([1000, null]);
    meters.forget([house]);
    expect(points()).toEqual([]);
  });

  it.each(['lost', 'forget'] as const)(
    'is no warning any more when the second entry is not read: %s',
    (end) => {
      const { meters, read } = setUp(['main', 'twin']);
      for (const meter of [house, twin]) read(meter, 1000);
      meters[end]([house]);
      expect(meters.held).toMatchObject([{ code: 'meter/duplicate' }]);
      meters[end]([twin]);
      expect(meters.held).toEqual([]);
    },
  );
});
