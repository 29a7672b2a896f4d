import {
  type Broker,
  collect,
  hasRealBroker,
  passwordFile,
  startBroker,
  startProxy,
} from '@meterbridge/testing';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { message, type Place, startClient, type TestClient } from './client.fixture.ts';

const LOGIN = { username: 'bridge', password: 'secret' };
const OBSERVER = { username: 'observer', password: 'secret' };
const FILES = {
  passwords: passwordFile({ bridge: 'secret', observer: 'secret' }),
  acl: 'user bridge\ntopic readwrite test/#\nuser observer\ntopic readwrite #\n',
};
const CONFIG = [
  'allow_anonymous false',
  'password_file passwords',
  'acl_file acl',
  'max_packet_size 50000',
  'max_inflight_messages 20',
];

describe.skipIf(!(await hasRealBroker()))('MQTT client with Mosquitto', () => {
  let broker: Broker;
  beforeAll(async () => {
    broker = await startBroker({ real: true, config: CONFIG, files: FILES, persistence: true });
  });
  afterAll(() => broker[Symbol.asyncDispose]());

  const start = (settings = {}, place: Place = broker): TestClient =>
    startClient(place, { ...LOGIN, ...settings });
  const observe = (filter: string) => collect(broker, filter, OBSERVER);

  it('speaks MQTT 5 and resolves what the broker has acknowledged', async () => {
    await using observer = await observe('test/#');
    await using bridge = start();
    await bridge.reached('connected');
    for (const qos of [0, 1, 2] as const) {
      await bridge.client.publish(message('test/qos', `${qos}`, { qos, retain: true }));
      expect(await observer.next()).toMatchObject({ topic: 'test/qos', payload: `${qos}` });
    }
    expect(bridge.client.protocolVersion).toBe(5);
    expect(bridge.client.receiveMaximum).toBe(20);
  });

  it('has no more under way than the broker takes, however many are published', async () => {
    await using bridge = start();
    await bridge.reached('connected');
    const all = Array.from({ length: 500 }, (_, i) => bridge.client.publish(message(`test/many/${i}`)));
    await Promise.all(all);
    expect(bridge.states).toEqual(['connected']);
  });

  it('loses nothing, and keeps the order, where bytes gather', async () => {
    const arrived: string[] = [];
    await using bridge = start({ gathers: true });
    bridge.client.subscribe('test/gathered', (_topic, payload) =>
      arrived.push(Buffer.from(payload).toString()),
    );
    await bridge.reached('connected');
    const numbers = Array.from({ length: 3_000 }, (_, number) => String(number));
    await Promise.all(numbers.map((number) => bridge.client.publish(message('test/gathered', number))));
    await vi.waitFor(() => expect(arrived).toHaveLength(numbers.length), 20_000);
    expect(arrived).toEqual(numbers);
  });

  it('tells which message the ACL refuses, and sends the next one', async () => {
    await using observer = await observe('#');
    await using bridge = start();
    await bridge.reached('connected');
    const refused = bridge.client.publish(message('forbidden/topic'));
    const passed = bridge.client.publish(message('test/allowed'));
    await expect(refused).rejects.toMatchObject({
      code: 'mqtt/not-authorized',
      facts: { topic: 'forbidden/topic', reason: 0x87 },
    });
    await passed;
    await observer.next(({ topic }) => topic === 'test/allowed');
    expect(observer.messages.map(({ topic }) => topic)).not.toContain('forbidden/topic');
    expect(bridge.states).toEqual(['connected']);
  });

  it.each([
    ['is larger than the broker takes', message('test/large', 'x'.repeat(60_000)), 'Packet too large'],
    ['has a wildcard in its topic', message('test/+'), 'wildcard'],
    ['has no topic', message(''), 'empty'],
  ])('refuses a message that %s without losing the connection', async (_, bad, why) => {
    await using bridge = start();
    await bridge.reached('connected');
    await expect(bridge.client.publish(bad)).rejects.toMatchObject({
      code: 'mqtt/not-authorized',
      message: expect.stringContaining(why),
    });
    await bridge.client.publish(message('test/after'));
    expect(bridge.states).toEqual(['connected']);
  });

  it('names user and broker when the password is wrong, and connects when it was corrected', async () => {
    await broker.reload({ passwords: passwordFile({ bridge: 'other', observer: 'secret' }) });
    await vi.waitFor(async () => expect(await broker.logs()).toMatch(/Reloading config/), 10_000);
    await using bridge = start();
    const error = await bridge.reached('mqtt/refused');
    expect(error).toMatchObject({ facts: { username: 'bridge', reason: 0x87 } });
    expect(error?.message).toContain(`${broker.host}:${broker.port} refused user "bridge"`);
    expect(JSON.stringify([error, error?.message, error?.facts])).not.toContain('secret');
    await broker.reload({ passwords: FILES.passwords });
    await bridge.reached('connected');
    expect(bridge.states).toEqual(['mqtt/refused', 'connected']);
  });

  it('says where the settings of that broker stand when it refuses a login', async () => {
    const names = { section: 'internal_broker', address: 'internal_broker.host' };
    await using bridge = start({ names, password: 'wrong' });
    const error = await bridge.reached('mqtt/refused');
    expect(error?.hint).toContain('internal_broker.username and internal_broker.password');
  });

  it('finds a broker that comes later, and tells only once that it is not there', async () => {
    await broker.stop();
    await using bridge = start();
    const error = await bridge.reached('mqtt/unreachable');
    expect(error?.message).toContain(`${broker.host}:${broker.port}`);
    await expect(bridge.client.publish(message('test/early'))).rejects.toMatchObject({ code: 'mqtt/lost' });
    await broker.start();
    await bridge.reached('connected');
    await bridge.client.publish(message('test/late'));
    expect(bridge.states.filter((state) => state === 'mqtt/unreachable')).toHaveLength(1);
  });

  it.each(['stop', 'kill'] as const)(
    'gets everything acknowledged though the broker is restarted (%s)',
    async (end) => {
      await using bridge = start();
      await bridge.reached('connected');
      const numbers = Array.from({ length: 500 }, (_, i) => i);
      const all = Promise.all(numbers.map((i) => publishUntilAcknowledged(bridge, `test/${end}/${i}`)));
      await broker[end]();
      await bridge.reached('mqtt/lost');
      await broker.start();
      await all;
      await bridge.client.publish(message(`test/${end}/end`, 'end', { retain: true }));
      // A killed Mosquitto may have lost what it had acknowledged; one that was stopped must have all.
      if (end === 'kill') return;
      await using observer = await observe(`test/${end}/#`);
      await vi.waitFor(() => expect(observer.messages).toHaveLength(numbers.length + 1), 10_000);
    },
  );

  it('notices a frozen broker by its missing answers, and comes back with it', async () => {
    await using bridge = start({ keepaliveS: 1 });
    await bridge.reached('connected');
    await broker.pause();
    const publication = bridge.client.publish(message('test/frozen'));
    await expect(publication).rejects.toMatchObject({ code: 'mqtt/lost' });
    expect((await bridge.reached('mqtt/lost'))?.message).toContain('does not answer any more');
    await broker.resume();
    await bridge.reached('connected');
    await bridge.client.publish(message('test/thawed'));
  });

  it('tells when another client takes its id, and recovers when that is gone', async () => {
    await using bridge = start({ clientId: 'twice' });
    await bridge.reached('connected');
    await using other = start({ clientId: 'twice' });
    // Some versions of Mosquitto (2.0.11) give no reason: then it shows only when both were dropped again and again.
    const error = await Promise.race([bridge, other].map((client) => client.reached('mqtt/taken-over')));
    expect(error?.facts).toMatchObject({ clientId: 'twice' });
    await other.client.close();
    await vi.waitFor(() => expect(bridge.client.connected).toBe(true), 10_000);
    await publishUntilAcknowledged(bridge, 'test/alone');
  });

  it('leaves its last will when the connection is cut, and publishes its birth at each connect', async () => {
    await using observer = await observe('test/life');
    await using proxy = await startProxy(broker);
    const birth = [message('test/life', 'online', { retain: true })];
    const will = message('test/life', 'offline', { retain: true });
    await using bridge = start({ will, birth, clientId: 'mortal' }, proxy);
    await observer.next(({ payload }) => payload === 'online');
    proxy.cut();
    await observer.next(({ payload }) => payload === 'offline');
    await observer.next(({ payload }) => payload === 'online');
    await bridge.client.close({ last: [message('test/life', 'goodbye')] });
    await observer.next(({ payload }) => payload === 'goodbye');
    expect(observer.messages.map(({ payload }) => payload)).toEqual([
      'online',
      'offline',
      'online',
      'goodbye',
    ]);
  });

  it('sends the birth before what is published on connect', async () => {
    await using observer = await observe('test/order/#');
    const birth = [message('test/order/1'), message('test/order/2')];
    await using bridge = startClient(broker, { ...LOGIN, birth }, {}, (client) => {
      void client.publish(message('test/order/3'));
    });
    await bridge.reached('connected');
    await observer.next(({ topic }) => topic === 'test/order/3');
    expect(observer.messages.map(({ topic }) => topic)).toEqual([
      'test/order/1',
      'test/order/2',
      'test/order/3',
    ]);
  });

  it('tells a birth message that the broker refuses', async () => {
    await using bridge = start({ birth: [message('forbidden/birth')] });
    await bridge.reached('connected');
    await vi.waitFor(
      () => expect(bridge.errors.map(({ code }) => code)).toEqual(['mqtt/not-authorized']),
      10_000,
    );
  });

  it('stays subscribed over a restart, whatever its callbacks throw', async () => {
    const arrived: string[] = [];
    await using bridge = start();
    bridge.client.subscribe('test/in/+', () => {
      throw new Error('broken callback');
    });
    bridge.client.subscribe('test/in/+', async () => Promise.reject(new Error('broken promise')));
    const cancel = bridge.client.subscribe('test/in/+', (topic, payload, { retain }) => {
      arrived.push(`${topic} ${Buffer.from(payload)} ${retain}`);
    });
    await bridge.reached('connected');
    await using observer = await observe('test/in/#');
    await vi.waitFor(async () => expect(await broker.logs()).toContain('test/in/+ (QoS 1)'), 10_000);
    await bridge.client.publish(message('test/in/a', '1'));
    await vi.waitFor(() => expect(arrived).toEqual(['test/in/a 1 false']), 10_000);
    const told = () => bridge.errors.map(({ message }) => message);
    await vi.waitFor(() => expect(told()).toEqual(['broken callback', 'broken promise']), 10_000);
    await broker.stop();
    await bridge.reached('mqtt/lost');
    await broker.start();
    await bridge.reached('connected');
    await bridge.client.publish(message('test/in/b', '2'));
    await vi.waitFor(() => expect(arrived.at(-1)).toBe('test/in/b 2 false'), 10_000);
    cancel();
    await bridge.client.publish(message('test/in/c', '3', { retain: true }));
    await observer.next(({ topic }) => topic === 'test/in/c');
    expect(arrived).toHaveLength(2);
  });

  it('is told which messages were kept by the broker', async () => {
    await using bridge = start();
    await bridge.reached('connected');
    await bridge.client.publish(message('test/kept', 'old', { retain: true }));
    const arrived: boolean[] = [];
    bridge.client.subscribe('test/kept', (_topic, _payload, { retain }) => arrived.push(retain));
    await vi.waitFor(() => expect(arrived).toEqual([true]), 10_000);
  });

  it('closes in time, though the broker is frozen and messages are outstanding', async () => {
    await using bridge = start();
    await bridge.reached('connected');
    await broker.pause();
    const outstanding = bridge.client.publish(message('test/outstanding'));
    const first = bridge.client.close({ last: [message('test/state', 'offline')], timeoutMs: 200 });
    await Promise.all([first, bridge.client.close()]);
    await expect(outstanding).rejects.toMatchObject({ code: 'mqtt/lost' });
    await expect(bridge.client.publish(message('test/closed'))).rejects.toMatchObject({ code: 'mqtt/lost' });
    expect(bridge.client.connected).toBe(false);
    await broker.resume();
  });
});

/** As an outbox does: again and again, until the broker has it. */
async function publishUntilAcknowledged(bridge: TestClient, topic: string): Promise<void> {
  for (;;) {
    try {
      return await bridge.client.publish(message(topic, topic, { retain: true }));
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }
}
