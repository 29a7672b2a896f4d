import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Message, MqttClient } from '@meterbridge/core/mqtt';
import { Store } from '@meterbridge/core/store';
import { type Broker, startBroker } from '@meterbridge/testing';
import { connectAsync, type MqttClient as Library } from 'mqtt';
import { Delivery } from '../packages/core/src/runtime/delivery.ts';
import { measureAll } from './contests.ts';
import type { Contender } from './measure.ts';

const MESSAGES = 5_000;
/** As many under way as the bridges have. */
const WINDOW = 256;

/** Readings as a P1 port makes them: about 900 bytes of JSON. */
function messagesOf(topic: string): readonly Message[] {
  return Array.from({ length: MESSAGES }, (_, at) => {
    const values = Array.from({ length: 30 }, (__, value) => `"parameter_${value}":${at}.${value}00`);
    return { topic, payload: `{"time":"2026-01-31T13:05:00+01:00",${values}}`, qos: 1, retain: false };
  });
}

/** Messages with QoS 1 to a local Mosquitto until all are acknowledged. */
export async function delivery() {
  await using broker = await startBroker({ real: true });
  const folder = await mkdtemp(join(tmpdir(), 'bench-delivery-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true }));
  const bare = stack.adopt(await connectAsync(broker.url, { protocolVersion: 5 }), (client) =>
    client.endAsync(true),
  );
  const contenders = [
    bareLoop(bare),
    await ours('outbox in memory', broker, null, stack),
    await ours('outbox in a file', broker, join(folder, 'bench.db'), stack),
  ];
  return await measureAll([{ title: 'Reading to acknowledgement', unit: 'messages', contenders }]);
}

/** What MQTT.js does without anything around it. */
function bareLoop(client: Library): Contender {
  const messages = messagesOf('bench/bare');
  return {
    name: `MQTT.js alone, ${WINDOW} under way`,
    work: MESSAGES,
    run: () =>
      new Promise((resolve, reject) => {
        let next = 0;
        let acknowledged = 0;
        const send = (): void => {
          const { topic, payload, qos, retain } = messages[next++]!;
          client.publish(topic, payload, { qos, retain }, (error) => {
            if (error) return reject(error);
            acknowledged++;
            if (next < MESSAGES) send();
            else if (acknowledged === MESSAGES) resolve();
          });
        };
        while (next < WINDOW) send();
      }),
  };
}

/** Outbox, delivery and client as every bridge has them. */
async function ours(
  name: string,
  broker: Broker,
  path: string | null,
  stack: AsyncDisposableStack,
): Promise<Contender> {
  const topic = `bench/${path === null ? 'memory' : 'file'}`;
  const messages = messagesOf(topic);
  const limits = { maxMessages: 100_000, maxBytes: 64e6, maxAgeMs: 86_400_000, isKept: true };
  const store = new Store(
    { name: 'bench', path, outbox: limits, history: null, backup: null },
    { onProblem: fail, onError: fail },
  );
  store.open();
  const connected = Promise.withResolvers<void>();
  const client = new MqttClient(
    {
      host: broker.host,
      tcpPort: broker.port,
      tls: null,
      clientId: topic.replace('/', '-'),
      keepaliveS: 60,
      will: { topic: `${topic}/state`, payload: 'offline', qos: 1, retain: false },
      birth: [],
    },
    { onConnect: () => connected.resolve(), onDisconnect: fail, onError: fail },
  );
  const deliver = new Delivery(client, store.outbox, (_, error) => fail(error));
  client.connect();
  await connected.promise;
  deliver.connected();
  stack.defer(async () => {
    await client.close();
    await store.close(1_000);
  });
  return {
    name,
    work: MESSAGES,
    async run() {
      for (const message of messages) deliver.put({ ...message, backlogTopic: `${topic}/backlog` });
      await deliver.drained();
    },
  };
}

function fail(problem: unknown): void {
  if (problem) throw problem;
}
