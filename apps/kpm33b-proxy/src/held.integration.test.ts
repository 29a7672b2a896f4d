import { once } from 'node:events';
import { connect, createServer, type Socket } from 'node:net';
import { Transform } from 'node:stream';
import { freePort, hasRealBroker, startProxy as startRelay, until } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { type Brokers, launchProxy, powerMessage, startBrokers, startProxy } from './brokers.fixture.ts';

const TOPIC = 'MQTT_RT_DATA';
/** So many are announced before more have to wait: 15 messages each, 3,000 in all. */
const ANNOUNCED_AT_ONCE = 200;
/** There are thousands of messages: saved when it stops, not with each of them. */
const FAST = ['autosave_on_changes false'];
const idOf = (number: number): string => `33B12259${String(number).padStart(5, '0')}`;
const dataTopicOf = (number: number): string => `kpm33b/${idOf(number)}/seconds`;

async function send({ meters }: Brokers, count: number, more = ''): Promise<void> {
  const payloads = Array.from({ length: count }, (_, number) =>
    powerMessage(idOf(number), '20260601120000', number + 1).replace('}', `${more}}`),
  );
  await Promise.all(payloads.map((payload) => meters.publish(TOPIC, payload)));
}

/** How many messages the proxy has taken. */
async function readings(port: number): Promise<number> {
  const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  return Number(/^meterbridge_readings_total\{.*\} (\d+)$/m.exec(metrics)?.[1]);
}

async function acknowledged({ internal }: Brokers): Promise<number> {
  return [...(await internal.logs()).matchAll(/Received PUBACK from kpm33b-proxy/g)].length;
}

async function sentAgain({ internal }: Brokers): Promise<number> {
  return [...(await internal.logs()).matchAll(/Sending PUBLISH to kpm33b-proxy\S* \(d1/g)].length;
}

async function heardAll({ heard }: Brokers, count: number): Promise<void> {
  const topics = (): readonly string[] => heard.messages.map(({ topic }) => topic);
  const wanted = Array.from({ length: count }, (_, number) => dataTopicOf(number));
  await until(() => new Set(topics()).isSupersetOf(new Set(wanted)), 'all are heard', 60_000);
  const all = topics();
  for (const [number, topic] of wanted.entries()) {
    const announcement = `homeassistant/sensor/kpm33b_${idOf(number)}/power/config`;
    expect(all.indexOf(announcement)).toBeGreaterThanOrEqual(0);
    expect(all.indexOf(announcement)).toBeLessThan(all.indexOf(topic));
    expect(all.filter((one) => one === topic)).toHaveLength(1);
  }
}

/** In front of a broker: what goes to it is slowed down to some announcements at a time, until it is opened. */
async function startSlowRelay(target: { readonly host: string; readonly port: number }) {
  let isOpen = false;
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    const slow = new Transform({
      transform: (chunk, _, done) => void setTimeout(done, isOpen ? 0 : 100, null, chunk),
      readableHighWaterMark: 1_000,
      writableHighWaterMark: 1_000,
    });
    const onward = connect(target.port, target.host);
    for (const one of [socket, onward]) {
      sockets.add(one);
      one.on('error', () => one.destroy());
    }
    socket.pipe(slow).pipe(onward).pipe(socket);
  });
  server.listen(0);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no TCP port to be had');
  return {
    url: `mqtt://localhost:${address.port}`,
    open: () => {
      isOpen = true;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

describe.skipIf(!(await hasRealBroker()))('a fleet that is heard at once', { timeout: 120_000 }, () => {
  it('is taken into the outbox while the central broker is away, and announced before its data', async () => {
    await using brokers = await startBrokers('#', FAST);
    const port = await freePort();
    await using _ = await startProxy(brokers, { http: { port } });
    await brokers.central.stop();
    // What has to wait takes more than the proxy lets wait: 16 MB.
    const sending = send(brokers, 600, `,"more":"${'x'.repeat(45_000)}"`);
    await until(async () => (await readings(port)) > 600, 'the proxy has taken all of it', 60_000);
    await sending;
    await brokers.central.start();
    await heardAll(brokers, 600);
  });

  it('is passed on once, if the connection to the internal broker breaks while messages have to wait', async () => {
    await using brokers = await startBrokers('#', FAST);
    await using meters = await startRelay(brokers.internal);
    await using house = await startSlowRelay(brokers.central);
    const { host, port } = meters;
    const config = { mqtt: { url: house.url }, internal_broker: { host, port }, log: { level: 'debug' } };
    await using proxy = await launchProxy(brokers, config);
    await until(async () => / 1 MQTT_ENY_NOW$/m.test(await brokers.internal.logs()), 'the proxy listens');
    const count = ANNOUNCED_AT_ONCE + 100;
    await send(brokers, count);
    await until(
      () => proxy.stdout.filter((line) => line.includes('new meter')).length === 100,
      'some are announced',
    );
    meters.cut();
    await until(async () => (await sentAgain(brokers)) >= 100, 'they come again', 60_000);
    house.open();
    await heardAll(brokers, count);
    await until(async () => (await acknowledged(brokers)) >= count, 'all are acknowledged', 60_000);
    const dropped = proxy.stdout.map((line) => JSON.parse(line)).filter(({ reason }) => reason);
    expect(dropped.filter(({ meter }) => meter >= idOf(ANNOUNCED_AT_ONCE))).toEqual([]);
  });
});
