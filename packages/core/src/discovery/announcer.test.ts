import { conformancePath, conformanceReason, violations } from '@meterbridge/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { house } from '../model/house.fixture.ts';
import type { Measurement, Meter } from '../model/index.ts';
import type { Message } from '../mqtt/index.ts';
import { Announcer, type AnnouncerOptions } from './announcer.ts';
import type { DiscoverySettings, MeterEntities } from './entity.ts';
import { deviceLayout, type Layout } from './layout.ts';
import { topics } from './topics.fixture.ts';

const gas: Meter = { ...house, id: 'main_gas', name: 'Gas meter', uniqueId: 'G1', via: house };
const power: Measurement = {
  key: 'power',
  name: 'Power',
  unit: 'W',
  deviceClass: 'power',
  stateClass: 'measurement',
};
const tariff: Measurement = {
  key: 'tariff',
  name: 'Tariff',
  unit: null,
  deviceClass: 'enum',
  options: ['low', 'high'],
};
const entities = (
  meter: Meter,
  measurements: readonly Measurement[],
  expireAfterS: number | null,
): MeterEntities => ({
  meter,
  measurements: new Map(measurements.map((one) => [one.key, one])),
  expireAfterS,
});

const settings: DiscoverySettings = {
  app: 'dsmr-bridge',
  version: '1.2.3',
  supportUrl: 'https://example.org/help',
  topics,
  output: 'both',
  qos: 1,
};

function announcerWith(changes: Partial<AnnouncerOptions> = {}) {
  const sent: Message[] = [];
  const announcer = new Announcer({
    layout: deviceLayout(settings),
    topics,
    enabled: true,
    send: (message) => sent.push(message),
    order: (message) => sent.push(message),
    ...changes,
  });
  /** Takes what was sent since the last time: which device, and its entities; null for a removal. */
  const taken = () =>
    sent.splice(0).map(({ topic, payload }) => ({
      topic: topic.replace('homeassistant/device/dsmr-bridge/', '').replace('/config', ''),
      components: payload === '' ? null : Object.keys(JSON.parse(payload).components),
    }));
  return { announcer, sent, taken };
}

const bridge = {
  topic: 'dsmr-bridge',
  components: [
    'started',
    'uptime_s',
    'version',
    'ip_address',
    'meters',
    'meters_online',
    'waiting',
    'reachable',
  ],
};

describe('what is learned from readings', () => {
  it('announces the bridge before the first meter', () => {
    const { announcer, taken } = announcerWith();
    announcer.learn(entities(house, [power], 300));
    expect(taken()).toEqual([bridge, { topic: 'E1', components: ['power', 'time', 'reachable'] }]);
  });

  it('sends nothing while readings hold nothing new, even in new objects', () => {
    const { announcer, sent, taken } = announcerWith();
    announcer.learn(entities(house, [power, tariff], 300));
    taken();
    announcer.learn(entities(house, [power, tariff], 300));
    announcer.learn(entities({ ...house }, [{ ...power }, { ...tariff, options: ['low', 'high'] }], 300));
    expect(sent).toEqual([]);
  });

  it('adds a value that is first seen later', () => {
    const { announcer, taken } = announcerWith();
    announcer.learn(entities(house, [power], 300));
    announcer.learn(entities(house, [power, tariff], 300));
    expect(taken().at(-1)).toEqual({ topic: 'E1', components: ['power', 'tariff', 'time', 'reachable'] });
  });

  it.each<[string, Meter, Measurement, number | null]>([
    ['the name of the meter', { ...house, name: 'Cellar' }, power, 300],
    ['its firmware', { ...house, firmware: '2' }, power, 300],
    ['its id', { ...house, id: 'cellar' }, power, 300],
    ['its parent', { ...house, via: null, model: 'E350' }, power, 300],
    ['a unit', house, { ...power, unit: 'kW' }, 300],
    ['the list of texts', house, { ...tariff, options: ['low', 'middle'] }, 300],
    ['when values expire', house, power, null],
  ])('announces again when %s changes', (_, meter, measurement, expireAfterS) => {
    const { announcer, taken } = announcerWith();
    announcer.learn(entities(house, [power, tariff], 300));
    taken();
    announcer.learn(entities(meter, [power, tariff, measurement], expireAfterS));
    expect(taken()).toEqual([{ topic: 'E1', components: ['power', 'tariff', 'time', 'reachable'] }]);
  });

  it('does not send a message that would be the same', () => {
    const { announcer, sent, taken } = announcerWith();
    announcer.learn(entities(house, [power], 300));
    taken();
    announcer.learn(entities(house, [power, { ...tariff, unannounced: true }], 300));
    expect(sent).toEqual([]);
  });

  it('removes an entity that is announced no more: first an order to do so, then without it', () => {
    const { announcer, sent } = announcerWith();
    announcer.learn(entities(house, [power, tariff], 300));
    sent.length = 0;
    announcer.learn(entities(house, [{ ...power, unannounced: true }, tariff], 300));
    const components = sent.map(({ payload }) => JSON.parse(payload).components);
    expect(components).toHaveLength(2);
    expect(components[0].power).toEqual({ platform: 'sensor' });
    expect(Object.keys(components[0])).toContain('tariff');
    expect(Object.keys(components[1])).toEqual(['tariff', 'time', 'reachable']);
  });

  it('announces the parent before a child that is heard of first', () => {
    const { announcer, taken } = announcerWith();
    announcer.learn(entities(gas, [power], null));
    announcer.learn(entities(house, [power], 300));
    expect(taken().map(({ topic }) => topic)).toEqual(['dsmr-bridge', 'E1', 'G1', 'E1']);
  });
});

describe('what is sent again', () => {
  it('is the bridge, then every meter, parents first', () => {
    const { announcer, taken } = announcerWith();
    announcer.learn(entities(house, [power], 300));
    announcer.learn(entities(gas, [power], 300));
    announcer.forget(house);
    announcer.learn(entities(house, [power], 300));
    taken();
    announcer.resend();
    expect(taken().map(({ topic }) => topic)).toEqual(['dsmr-bridge', 'E1', 'G1']);
  });

  it('is the bridge alone before any meter is known', () => {
    const { announcer, taken } = announcerWith();
    announcer.resend();
    expect(taken()).toEqual([bridge]);
    announcer.learn(entities(house, [power], 300));
    expect(taken().map(({ topic }) => topic)).toEqual(['E1']);
  });
});

describe('when Home Assistant starts', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it.each([
    [0, 0],
    [0.5, 2500],
    [0.999, 4995],
  ])('announces everything after a random delay (%d of 5 s)', (random, delayMs) => {
    const { announcer, sent, taken } = announcerWith({ random: () => random });
    announcer.onBirth();
    if (delayMs > 0) vi.advanceTimersByTime(delayMs - 1);
    expect(sent).toEqual([]);
    vi.advanceTimersByTime(1);
    expect(taken()).toEqual([bridge]);
  });

  it('answers a burst of a hundred births within a second once', () => {
    const { announcer, taken } = announcerWith({ random: () => 0.1 });
    for (let i = 0; i < 100; i++) {
      announcer.onBirth();
      vi.advanceTimersByTime(10);
    }
    vi.advanceTimersByTime(60_000);
    expect(taken()).toEqual([bridge]);
  });

  it('answers again ten seconds later', () => {
    const { announcer, taken } = announcerWith({ random: () => 0.5 });
    announcer.onBirth();
    vi.advanceTimersByTime(9_999);
    announcer.onBirth();
    vi.advanceTimersByTime(1);
    expect(taken()).toEqual([bridge]);
    announcer.onBirth();
    vi.advanceTimersByTime(2_500);
    expect(taken()).toEqual([bridge]);
  });

  it('draws a delay of at most five seconds by itself', () => {
    const { announcer, taken } = announcerWith();
    announcer.onBirth();
    vi.advanceTimersByTime(5_000);
    expect(taken()).toEqual([bridge]);
  });

  it('tells when all is announced, so that the last values can follow', () => {
    const order: string[] = [];
    const { announcer } = announcerWith({
      send: ({ topic }) => order.push(topic),
      afterBirth: () => order.push('values'),
    });
    announcer.onBirth();
    vi.advanceTimersByTime(5_000);
    expect(order).toEqual([topics.discovery('dsmr-bridge'), 'values']);
  });

  it('leaves no timer behind once closed', () => {
    const { announcer, sent } = announcerWith();
    announcer.onBirth();
    announcer.close();
    expect(vi.getTimerCount()).toBe(0);
    vi.advanceTimersByTime(60_000);
    expect(sent).toEqual([]);
  });
});

describe('a meter that is forgotten', () => {
  it('loses its device', () => {
    const { announcer, sent } = announcerWith();
    announcer.learn(entities(house, [power], 300));
    sent.length = 0;
    announcer.forget(house);
    const topic = 'homeassistant/device/dsmr-bridge/E1/config';
    expect(sent).toEqual([{ topic, payload: '', qos: 1, retain: true }]);
  });

  it('is not sent again, and is announced anew when it comes back', () => {
    const { announcer, taken } = announcerWith();
    announcer.learn(entities(house, [power], 300));
    announcer.forget(house);
    taken();
    announcer.resend();
    expect(taken()).toEqual([bridge]);
    announcer.learn(entities(house, [power], 300));
    expect(taken().map(({ topic }) => topic)).toEqual(['E1']);
  });

  it('is cleared even if it never gave a reading', () => {
    const { announcer, taken } = announcerWith();
    announcer.forget(house);
    expect(taken()[0]).toEqual({ topic: 'E1', components: null });
  });

  it('keeps its device when only its id has changed', () => {
    const { announcer, taken } = announcerWith();
    announcer.learn(entities(house, [power], 300));
    announcer.learn(entities({ ...house, id: 'cellar' }, [power], 300));
    taken();
    announcer.forget(house);
    expect(taken()).toEqual([]);
    announcer.resend();
    expect(taken().map(({ topic }) => topic)).toEqual(['dsmr-bridge', 'E1']);
  });
});

it('sends nothing at all when switched off', () => {
  vi.useFakeTimers();
  const { announcer, sent } = announcerWith({ enabled: false });
  announcer.learn(entities(house, [power], 300));
  announcer.resend();
  announcer.forget(house);
  announcer.onBirth();
  expect(vi.getTimerCount()).toBe(0);
  expect(sent).toEqual([]);
  vi.useRealTimers();
});

it('keeps the rules of Home Assistant in everything it sends', ({ skip }) => {
  if (conformancePath('homeassistant') === null) skip(conformanceReason('homeassistant'));
  const { announcer, sent } = announcerWith();
  announcer.learn(entities(gas, [power], null));
  announcer.learn(entities(house, [power, tariff], 300));
  announcer.learn(entities(house, [{ ...power, unannounced: true }, tariff], 300));
  announcer.resend();
  const discovery = sent.filter(({ topic }) => topic.startsWith('homeassistant/'));
  expect(discovery.length).toBeGreaterThan(6);
  expect(
    discovery.flatMap(({ topic, payload, qos, retain }) => violations(topic, payload, { qos, retain })),
  ).toEqual([]);
});

describe('a layout with a topic for each entity', () => {
  const layout: Layout = {
    app: [],
    announcements: ({ meter, measurements }) =>
      Array.from(measurements.values(), ({ key, name }) => ({
        topic: `homeassistant/sensor/${meter.uniqueId}/${key}/config`,
        payload: JSON.stringify({ name }),
        qos: 0,
        retain: true,
      })),
    states: () => [],
  };

  function announced() {
    const { announcer, sent } = announcerWith({ layout });
    const taken = () => sent.splice(0).map(({ topic, payload }) => [topic.split('/')[3], payload]);
    return { announcer, taken };
  }

  it('is told only of what is new, and nothing of the bridge', () => {
    const { announcer, taken } = announced();
    announcer.learn(entities(house, [power], 300));
    announcer.learn(entities(house, [power, tariff], 300));
    announcer.learn(entities(house, [{ ...power, name: 'Load' }, tariff], 300));
    expect(taken()).toEqual([
      ['power', '{"name":"Power"}'],
      ['tariff', '{"name":"Tariff"}'],
      ['power', '{"name":"Load"}'],
    ]);
  });

  it('is told everything again, and at the end to remove everything', () => {
    const { announcer, taken } = announced();
    announcer.learn(entities(house, [power, tariff], 300));
    taken();
    announcer.resend();
    expect(taken().map(([key]) => key)).toEqual(['power', 'tariff']);
    announcer.forget(house);
    expect(taken()).toEqual([
      ['power', ''],
      ['tariff', ''],
    ]);
  });
});
