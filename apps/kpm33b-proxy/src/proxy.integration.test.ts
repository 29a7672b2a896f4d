import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CollectedMessage, hasRealBroker, startProxy as startRelay, until } from '@meterbridge/testing';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Brokers, launchProxy, powerMessage, startBrokers, startProxy } from './brokers.fixture.ts';

const TOPIC = 'MQTT_RT_DATA';
const METERS = Array.from({ length: 10 }, (_, number) => `33B12259${String(number).padStart(5, '0')}`);

/** What each meter sends: its own numbers, ascending. */
const idOf = (number: number): string => METERS[number % METERS.length]!;
const messageOf = (number: number): string =>
  powerMessage(idOf(number), String(number).padStart(14, '0'), number + 1);

/** About a thousand messages a second, as fleets send them. */
async function send({ meters }: Brokers, from: number, to: number): Promise<void> {
  for (let number = from; number < to; number += 10) {
    const some = Array.from({ length: Math.min(10, to - number) }, (_, at) => messageOf(number + at));
    await Promise.all(some.map((payload) => meters.publish(TOPIC, payload)));
  }
}

const dataOf = (messages: readonly CollectedMessage[]) =>
  messages
    .filter(({ topic }) => /^kpm33b\/33B12259\d+\/seconds$/.test(topic))
    .map(({ payload }): { readonly id: string; readonly active_power: number } => JSON.parse(payload));

const numbersOf = (brokers: Brokers, id?: string): readonly number[] =>
  dataOf(brokers.heard.messages)
    .filter((data) => id === undefined || data.id === id)
    .map((data) => data.active_power - 1);

async function heardAll(brokers: Brokers, count: number): Promise<void> {
  await until(() => new Set(numbersOf(brokers)).size >= count, `${count} messages are heard`, 60_000);
  expect(new Set(numbersOf(brokers))).toEqual(new Set(Array.from({ length: count }, (_, number) => number)));
}

/** Each meter's messages in the order in which it sent them; one that comes again is allowed for. */
function expectInOrder(brokers: Brokers): void {
  for (const id of METERS) {
    const numbers = [...new Set(numbersOf(brokers, id))];
    expect(numbers).toEqual(numbers.toSorted((a, b) => a - b));
  }
}

async function subscriptions({ internal }: Brokers): Promise<number> {
  return [...(await internal.logs()).matchAll(/ 1 MQTT_(?:RT_DATA|ENY_NOW)$/gm)].length;
}

describe.skipIf(!(await hasRealBroker()))('the proxy', { timeout: 120_000 }, () => {
  it('loses nothing and keeps the order while the central broker is away', async () => {
    await using brokers = await startBrokers();
    await using _ = await startProxy(brokers);
    await send(brokers, 0, 500);
    await brokers.central.stop();
    await send(brokers, 500, 4000);
    await brokers.central.start();
    await send(brokers, 4000, 4500);
    await heardAll(brokers, 4500);
    expectInOrder(brokers);
  });

  it('loses nothing over a restart of the internal broker', async () => {
    await using brokers = await startBrokers();
    await using proxy = await startProxy(brokers);
    await send(brokers, 0, 500);
    await brokers.internal.stop();
    await brokers.internal.start();
    await send(brokers, 500, 1000);
    await heardAll(brokers, 1000);
    expectInOrder(brokers);
    expect(proxy.process.exitCode).toBeNull();
  });

  it('loses nothing when it is killed, also while the central broker is away', async () => {
    await using brokers = await startBrokers();
    const folder = await mkdtemp(join(tmpdir(), 'kpm33b-proxy-'));
    onTestFinished(() => rm(folder, { recursive: true }));
    const store = { path: join(folder, 'outbox.db') };
    const first = await startProxy(brokers, { store });
    const sending = send(brokers, 0, 2000);
    await until(() => numbersOf(brokers).length > 300, 'messages flow');
    first.process.kill('SIGKILL');
    await first.exit;
    await brokers.central.stop();
    await using second = await launchProxy(brokers, { store });
    await sending;
    second.process.kill('SIGKILL');
    await second.exit;
    await brokers.central.start();
    await using _ = await launchProxy(brokers, { store });
    await heardAll(brokers, 2000);
  });

  it('loses nothing that came twice and is only in memory when it is killed', async () => {
    await using brokers = await startBrokers();
    await using relay = await startRelay(brokers.internal);
    const { host, port } = relay;
    const config = { internal_broker: { host, port }, store: { enabled: false }, log: { level: 'debug' } };
    await using first = await startProxy(brokers, config);
    await brokers.central.stop();
    await brokers.meters.publish(TOPIC, messageOf(0));
    // Told of when it comes, and so is what came before it.
    await brokers.meters.publish(TOPIC, 'nonsense');
    await first.log(({ err }) => err?.code === 'message/malformed');
    relay.cut();
    await first.log(({ reason, meter }) => reason === 'duplicate' && meter === idOf(0));
    await brokers.meters.publish(TOPIC, '{"id":"?"}');
    await first.log(({ err }) => err?.code === 'message/invalid-id');
    first.process.kill('SIGKILL');
    await first.exit;
    await brokers.central.start();
    await using _ = await launchProxy(brokers, config);
    await until(() => numbersOf(brokers, idOf(0)).includes(0), 'the message is heard');
  });

  it('shares the meters among workers: each message once, in order', async () => {
    await using brokers = await startBrokers();
    await using workers = new AsyncDisposableStack();
    for (const index of [0, 1, 2]) {
      const { url } = brokers.central;
      const worker = { mqtt: { url, client_id: `worker-${index}` }, shard: { index, count: 3 } };
      workers.use(await launchProxy(brokers, worker));
    }
    await until(async () => (await subscriptions(brokers)) >= 6, 'three workers listen to two topics');
    await send(brokers, 0, 1500);
    await heardAll(brokers, 1500);
    expect(numbersOf(brokers)).toHaveLength(1500);
    expectInOrder(brokers);
  });

  it('survives whatever is sent to it, and says so once per reason', async () => {
    await using brokers = await startBrokers();
    await using proxy = await startProxy(brokers, { http: { enabled: false } });
    const hostile = [
      'nonsense',
      '[]',
      '{"id":"../#"}',
      '{"id":"33B1225950027","isend":"0"}',
      '{"__proto__":{"id":"33B1225950027"}}',
      '{"id":"33B1225950027","zyggl":NaN}',
      'x'.repeat(70_000),
      '['.repeat(60_000),
    ];
    for (let round = 0; round < 20; round++)
      for (const payload of hostile) await brokers.meters.publish(TOPIC, payload);
    await send(brokers, 0, 10);
    await heardAll(brokers, 10);
    const errors = proxy.stdout.map((line) => JSON.parse(line)).filter(({ err }) => err);
    expect(errors.map(({ err }) => err.reason).toSorted()).toEqual([
      'invalid-id',
      'malformed-json',
      'not-an-object',
      'split-message',
      'too-large',
    ]);
    const published = dataOf(brokers.heard.messages).map(({ id }) => id);
    expect(new Set(published)).toEqual(new Set(METERS));
  });
});
