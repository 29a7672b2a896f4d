import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Message } from '@meterbridge/core/mqtt';
import { type Broker, startBroker } from '@meterbridge/testing';
import { connectAsync } from 'mqtt';
import { backlog } from './backlog.ts';
import { sendAll, WINDOW } from './bare-loop.ts';
import { measureAll } from './contests.ts';
import { latency } from './latency.ts';
import type { Contender, Contest } from './measure.ts';
import { connectTo } from './observer.ts';
import { openPipeline } from './pipeline.ts';
import { shellPublisher } from './shell-publisher.ts';
import { QUIET } from './stage.ts';

const MESSAGES = 5_000;
const BACKLOG = 100_000;

/** Messages with QoS 1 to a local Mosquitto: how fast they go, how long one takes, and how soon a backlog is gone. */
export async function delivery() {
  await using broker = await startBroker({ real: true, config: QUIET });
  const throughput = await measureThroughput(broker);
  return {
    throughput,
    backlog: await backlog(broker, messagesOf('bench/backlog', BACKLOG)),
    latency: await latency(broker),
  };
}

/** Readings as a P1 port makes them: about 900 bytes of JSON. */
function messagesOf(topic: string, count: number): readonly Message[] {
  return Array.from({ length: count }, (_, at) => {
    const values = Array.from({ length: 30 }, (__, value) => `"parameter_${value}":${at}.${value}00`);
    return { topic, payload: `{"time":"2026-01-31T13:05:00+01:00",${values}}`, qos: 1, retain: false };
  });
}

async function measureThroughput(broker: Broker) {
  await using opened = new AsyncDisposableStack();
  const folder = await mkdtemp(join(tmpdir(), 'bench-delivery-'));
  opened.defer(() => rm(folder, { recursive: true }));
  const contenders = [
    await bareLoop(broker, opened),
    await programAlone(broker, opened),
    await withoutOutbox(broker, opened),
    await withOutbox('outbox in memory', broker, null, opened),
    await withOutbox('outbox in a file', broker, join(folder, 'bench.db'), opened),
  ];
  const contest: Contest = {
    title: 'Reading to acknowledgement',
    unit: 'messages',
    contenders: contenders.filter((contender) => contender !== null),
  };
  return await measureAll([contest]);
}

async function bareLoop(broker: Broker, opened: AsyncDisposableStack): Promise<Contender> {
  const messages = messagesOf('bench/bare', MESSAGES);
  const client = opened.adopt(await connectAsync(broker.url, { protocolVersion: 5 }), (library) =>
    library.endAsync(true),
  );
  const run = (): Promise<void> =>
    sendAll(
      ({ topic, payload, ...options }, done) => client.publish(topic, payload, options, done),
      messages,
    );
  return { name: `MQTT.js alone, ${WINDOW} under way`, work: MESSAGES, run };
}

async function programAlone(broker: Broker, opened: AsyncDisposableStack): Promise<Contender | null> {
  const lines = messagesOf('', MESSAGES).map(({ payload }) => payload);
  const publisher = await shellPublisher(broker, 'bench/program', lines);
  if (publisher === null) return null;
  opened.use(publisher);
  return { name: 'mosquitto_pub -l, its start included', work: MESSAGES, run: () => publisher.publish() };
}

async function withoutOutbox(broker: Broker, opened: AsyncDisposableStack): Promise<Contender> {
  const messages = messagesOf('bench/direct', MESSAGES);
  const client = opened.use(await connectTo(broker));
  const run = (): Promise<void> => sendAll((message, done) => client.send(message, done), messages);
  return { name: `client of the bridges, no outbox, ${WINDOW} under way`, work: MESSAGES, run };
}

async function withOutbox(
  name: string,
  broker: Broker,
  path: string | null,
  opened: AsyncDisposableStack,
): Promise<Contender> {
  const topic = `bench/${path === null ? 'memory' : 'file'}`;
  const messages = messagesOf(topic, MESSAGES);
  const pipeline = opened.use(openPipeline(broker, topic.replace('/', '-'), path));
  await pipeline.connect();
  return {
    name,
    work: MESSAGES,
    async run() {
      for (const message of messages) pipeline.put(message);
      await pipeline.drained();
    },
  };
}
