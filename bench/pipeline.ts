import { type Message, MqttClient } from '@meterbridge/core/mqtt';
import { Store } from '@meterbridge/core/store';
import type { Broker } from '@meterbridge/testing';
import { Delivery } from '../packages/core/src/runtime/delivery.ts';

/** Outbox, delivery and client as every bridge has them, without a bridge. */
export interface Pipeline extends AsyncDisposable {
  readonly client: MqttClient;
  put(message: Message): void;
  /** Connects, if it is not connected. */
  connect(): Promise<void>;
  /** Resolves when the broker has confirmed all. */
  drained(): Promise<void>;
}

const LIMITS = { maxMessages: 200_000, maxBytes: 256e6, maxAgeMs: 86_400_000, isKept: true };

/** @param path of the file of the outbox; null: in memory */
export function openPipeline(broker: Broker, name: string, path: string | null): Pipeline {
  const store = new Store(
    { name: 'bench', path, outbox: LIMITS, history: null, backup: null },
    { onProblem: fail, onError: fail },
  );
  store.open();
  const connected = Promise.withResolvers<void>();
  const client = new MqttClient(
    {
      host: broker.host,
      tcpPort: broker.port,
      tls: null,
      clientId: name,
      keepaliveS: 60,
      will: { topic: `${name}/state`, payload: 'offline', qos: 1, retain: false },
      birth: [],
    },
    { onConnect: () => connected.resolve(), onDisconnect: fail, onError: fail },
  );
  const delivery = new Delivery(client, store.outbox, (_, error) => fail(error));
  return {
    client,
    put: (message) => delivery.put({ ...message, backlogTopic: `${message.topic}/backlog` }),
    async connect() {
      client.connect();
      await connected.promise;
      delivery.connected();
    },
    drained: () => delivery.drained(),
    async [Symbol.asyncDispose]() {
      await client.close();
      await store.close(1_000);
    },
  };
}

function fail(problem: unknown): void {
  if (problem) throw problem;
}
