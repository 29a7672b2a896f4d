import { MqttClient, type OnMessage } from '@meterbridge/core/mqtt';

/** A client of a broker that is connected, and hears what fits one of the filters, which must not overlap. */
export async function connectTo(
  { host, port }: { readonly host: string; readonly port: number },
  filters: readonly string[] = [],
  onMessage: OnMessage = () => undefined,
): Promise<MqttClient & AsyncDisposable> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const clientId = `bench-${Math.random().toString(36).slice(2)}`;
  const session = { clientId, keepaliveS: 60, will: null, birth: [] };
  const client = new MqttClient(
    { host, tcpPort: port, tls: null, ...session },
    { onConnect: resolve },
    { retryMaxMs: 1_000 },
  );
  for (const filter of filters) client.subscribe(filter, onMessage);
  client.connect();
  await promise;
  return Object.assign(client, { [Symbol.asyncDispose]: () => client.close() });
}
