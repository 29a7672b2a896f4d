import { describe, expect, it } from 'vitest';
import { Decimal } from '../codec/index.ts';
import type { Measurement, Meter, Reading, Value } from '../model/index.ts';
import { ATTRIBUTE_TOPIC, READING_TOPIC, topicsOf } from '../mqtt/index.ts';
import { Outbox, type Outgoing } from '../store/index.ts';
import { LastReadings } from './last-readings.ts';
import { Publisher, type PublisherSettings } from './publisher.ts';

const topics = topicsOf({
  base: 'meters',
  app: 'test-bridge',
  reading: READING_TOPIC,
  attribute: ATTRIBUTE_TOPIC,
  discoveryPrefix: 'homeassistant',
});
const meter: Meter = {
  id: 'main',
  type: 'test',
  name: 'Main "meter"',
  uniqueId: '1',
  serialNumber: null,
  manufacturer: null,
  model: null,
  firmware: null,
  via: null,
  intervalMs: 1000,
};
const IDENTITY =
  '{"id":"main","type":"test","name":"Main \\"meter\\"","manufacturer":null,"model":null,"serial_number":null}';
const power: Measurement = { key: 'power', name: 'Power', unit: 'kW' };
const text: Measurement = { key: 'message', name: 'Message', unit: null };

const reading = (...values: readonly [Measurement, Value][]): Reading => ({
  meter,
  time: { epochMs: Date.UTC(2026, 0, 31, 12, 5), offsetMinutes: 60 },
  values: values.map(([measurement, value]) => ({ measurement, value })),
});

function setUp(settings: Partial<PublisherSettings> = {}) {
  const put: Outgoing[] = [];
  const lasts = new LastReadings();
  const publisher = new Publisher({ topics, output: 'both', qos: 1, retain: true, ...settings }, (message) =>
    put.push(message),
  );
  const publish = (one: Reading): void => publisher.publish(lasts.received(one, 'line'));
  const forget = (): void => {
    const known = lasts.of(meter)!;
    lasts.forget(meter);
    publisher.forget(known, lasts.all());
  };
  const resend = (waits: boolean): void => publisher.resend(lasts.of(meter)!, waits);
  return {
    publish,
    resend,
    forget,
    put,
    told: () => put.splice(0).map(({ topic, payload }) => `${topic} ${payload}`),
  };
}

describe('publisher', () => {
  it('tells a reading as JSON and value by value, with the digits of the meter', () => {
    const { publish, told } = setUp();
    publish(reading([power, new Decimal(1230, 3)], [text, 'a "b"']));
    expect(told()).toEqual([
      `meters/test/main {"time":"2026-01-31T13:05:00+01:00","meter":${IDENTITY},"power":1.230,"message":"a \\"b\\""}`,
      'meters/test/main/power 1.230',
      'meters/test/main/message a "b"',
    ]);
  });

  it('tells null, and leaves the topic alone, when a known value is missing', () => {
    const { publish, told } = setUp();
    publish(reading([power, new Decimal(1)], [text, 'x']));
    told();
    publish(reading([text, null]));
    expect(told()).toEqual([
      `meters/test/main {"time":"2026-01-31T13:05:00+01:00","meter":${IDENTITY},"power":null,"message":null}`,
    ]);
  });

  it('takes the last one of a value that is told twice', () => {
    const { publish, told } = setUp({ output: 'attributes' });
    publish(reading([power, new Decimal(1)], [power, new Decimal(2)]));
    expect(told()).toEqual(['meters/test/main/power 2']);
  });

  it('knows where a reading goes that comes too late, and that of values only the latest matters', () => {
    const { publish, put } = setUp();
    publish(reading([power, new Decimal(1)]));
    expect(put.map(({ backlogTopic }) => backlogTopic)).toEqual(['meters/test/main/backlog', null]);
  });

  it('sends the last state again, but for meters whose readings wait', () => {
    const { publish, resend, told } = setUp({ output: 'json' });
    publish(reading([power, new Decimal(7)]));
    const [first] = told();
    resend(false);
    expect(told()).toEqual([first]);
    resend(true);
    expect(told()).toEqual([]);
  });

  it('keeps exact whatever a double cannot hold', () => {
    const { publish, told } = setUp({ output: 'attributes' });
    publish(reading([power, Decimal.parse('12345678901234567890.123')]));
    expect(told()).toEqual(['meters/test/main/power 12345678901234567890.123']);
  });
});

describe('a meter that is forgotten', () => {
  it.each([
    ['json', ['meters/test/main']],
    ['attributes', ['meters/test/main/power', 'meters/test/main/message']],
    ['both', ['meters/test/main', 'meters/test/main/power', 'meters/test/main/message']],
  ] as const)('leaves nothing at the broker (%s)', (output, cleared) => {
    const { publish, forget, put, told } = setUp({ output });
    publish(reading([power, new Decimal(1, 0)], [text, 'once']));
    publish(reading([power, new Decimal(2, 0)]));
    told();
    forget();
    expect(put.every(({ payload, retain }) => payload === '' && retain)).toBe(true);
    expect(told()).toEqual(cleared.map((topic) => `${topic} `));
  });

  it('has nothing there if nothing is retained', () => {
    const { publish, forget, told } = setUp({ retain: false });
    publish(reading([power, new Decimal(1, 0)]));
    told();
    forget();
    expect(told()).toEqual([]);
  });

  it('is cleared behind its readings that still wait', () => {
    const outbox = new Outbox({ maxMessages: 100, maxBytes: 1e6, maxAgeMs: 1e9 });
    const settings = { topics, output: 'json', qos: 1, retain: true } as const;
    const publisher = new Publisher(settings, (message) => outbox.put(message));
    const known = new LastReadings().received(reading([power, new Decimal(1, 0)]), 'line');
    publisher.publish(known);
    publisher.forget(known, []);
    outbox.reconnected();
    const sent = [outbox.take(), outbox.take()].map((one) => [one?.topic, one?.payload === '', one?.retain]);
    expect(sent).toEqual([
      ['meters/test/main', true, true],
      ['meters/test/main/backlog', false, false],
    ]);
  });

  it.each([
    [
      '{base}/{meter}',
      '{base}/{type}/{meter}/{parameter}',
      ['meters/test/main/power', 'meters/test/main/message'],
    ],
    ['{base}/{type}/{meter}', '{base}/{meter}/{parameter}', ['meters/test/main', 'meters/main/message']],
  ])('shares %s, or %s, with a meter of another type', (readingTopic, attribute, cleared) => {
    const shaped = topicsOf({
      base: 'meters',
      app: 'test-bridge',
      reading: readingTopic,
      attribute,
      discoveryPrefix: 'homeassistant',
    });
    const { publish, forget, told } = setUp({ topics: shaped });
    publish(reading([power, new Decimal(1, 0)], [text, 'old']));
    publish({ ...reading([power, new Decimal(2, 0)]), meter: { ...meter, type: 'other', uniqueId: '2' } });
    told();
    forget();
    expect(told()).toEqual(cleared.map((topic) => `${topic} `));
  });

  it('leaves to another meter of its name what that one tells', () => {
    const { publish, forget, told } = setUp();
    publish(reading([power, new Decimal(1, 0)], [text, 'old']));
    publish({ ...reading([power, new Decimal(2, 0)]), meter: { ...meter, uniqueId: '2' } });
    told();
    forget();
    expect(told()).toEqual(['meters/test/main/message ']);
  });
});
