import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { BridgeError } from '../errors/index.ts';
import type { Meter } from '../model/index.ts';
import { ATTRIBUTE_TOPIC, type OnMessage, READING_TOPIC, topicsOf } from '../mqtt/index.ts';
import type { Outgoing } from '../store/index.ts';
import { Commands } from './commands.ts';
import type { MeterCommand } from './source.ts';

const topics = topicsOf({
  base: 'meters',
  app: 'test',
  reading: READING_TOPIC,
  attribute: ATTRIBUTE_TOPIC,
  discoveryPrefix: 'homeassistant',
});
const meter: Meter = {
  id: 'roof',
  type: 'test',
  name: 'Roof',
  uniqueId: '1',
  serialNumber: null,
  manufacturer: null,
  model: null,
  firmware: null,
  via: null,
  intervalMs: null,
  controls: [{ key: 'limit', name: 'Limit', kind: 'number' }],
};

function setUp(carryOut: (command: MeterCommand) => Promise<void>) {
  const texts: string[] = [];
  const results: Outgoing[] = [];
  let onMessage: OnMessage = () => undefined;
  const command = async (given: MeterCommand): Promise<void> => {
    texts.push(given.text);
    await carryOut(given);
  };
  const commands = new Commands({
    topics,
    commanded: () => [{ meters: [meter], command }],
    subscribe: (listener) => {
      onMessage = listener;
      return () => undefined;
    },
    put: (message) => results.push(message),
    onDone: () => undefined,
    log: pino({ enabled: false }),
  });
  commands.listen();
  const send = async (topic: string, text: string, retain = false): Promise<void> => {
    onMessage(topic, Buffer.from(text), { retain, taken: () => undefined });
    await new Promise(setImmediate);
  };
  const states = () => results.map(({ payload }) => JSON.parse(String(payload)).state);
  return { send, texts, results, states };
}

const TOPIC = 'meters/test/roof/limit/set';

describe('a command', () => {
  it('goes to the meter, and all that comes of it is told in order', async () => {
    const { send, texts, results, states } = setUp(async ({ tell }) => tell('accepted'));
    await send(TOPIC, ' 50\n');
    expect(texts).toEqual(['50']);
    expect(states()).toEqual(['accepted', 'done']);
    const topic = 'meters/test/roof/limit/result';
    expect(results[0]).toMatchObject({ topic, backlogTopic: topic, qos: 1, retain: false });
  });

  it('tells why it failed', async () => {
    const { send, results } = setUp(async () => {
      throw new BridgeError('control/out-of-range', 'too much');
    });
    await send(TOPIC, '500');
    expect(JSON.parse(String(results[0]!.payload))).toMatchObject({ state: 'failed', detail: 'too much' });
  });

  it('is refused while another one of the same meter is under way', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const { send, texts, states } = setUp(() => promise);
    await send(TOPIC, '50');
    await send(TOPIC, '60');
    expect([texts, states()]).toEqual([['50'], ['failed']]);
    resolve();
    await new Promise(setImmediate);
    await send(TOPIC, '70');
    expect([texts, states()]).toEqual([
      ['50', '70'],
      ['failed', 'done', 'done'],
    ]);
  });

  it.each([
    ['is retained', '50', true],
    ['is empty', '', false],
    ['is longer than any', 'x'.repeat(257), false],
  ])('is not carried out if it %s', async (_what, text, retain) => {
    const { send, texts, states } = setUp(async () => undefined);
    await send(TOPIC, text, retain);
    expect([texts, states()]).toEqual([[], ['failed']]);
  });

  it.each(['meters/test/other/limit/set', 'meters/test/roof/other/set'])(
    "to a place that there is not is nobody's: %s",
    async (topic) => {
      const { send, texts, results } = setUp(async () => undefined);
      await send(topic, '50');
      expect([texts, results]).toEqual([[], []]);
    },
  );
});
