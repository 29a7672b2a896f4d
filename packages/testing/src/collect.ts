import { connectAsync, type IClientOptions } from 'mqtt';

export interface CollectedMessage {
  readonly topic: string;
  readonly payload: string;
  readonly qos: number;
  readonly retain: boolean;
}

export interface Collector extends AsyncDisposable {
  /** Everything that arrived, in order. */
  readonly messages: readonly CollectedMessage[];
  /** The first message, past or future, that fits and that no earlier call returned. */
  next(fits?: (message: CollectedMessage) => boolean, timeoutMs?: number): Promise<CollectedMessage>;
  publish(topic: string, payload: string | Buffer): Promise<void>;
}

/** Subscribes like any other program on the broker would; stays subscribed over restarts of the broker. */
export async function collect(
  broker: { readonly host: string; readonly port: number },
  filter: string,
  { qos = 1, ...options }: IClientOptions & { readonly qos?: 0 | 1 } = {},
): Promise<Collector> {
  const messages: CollectedMessage[] = [];
  const waiting = new Set<() => void>();
  const taken = new Set<CollectedMessage>();
  const client = await connectAsync({
    host: broker.host,
    port: broker.port,
    reconnectPeriod: 100,
    ...options,
  });
  client.on('message', (topic, payload, { qos, retain }) => {
    messages.push({ topic, payload: payload.toString(), qos, retain });
    for (const look of waiting) look();
  });
  await client.subscribeAsync(filter, { qos });

  const next: Collector['next'] = (fits = () => true, timeoutMs = 10_000) =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        const found = messages.find((message) => !taken.has(message) && fits(message));
        if (found === undefined) return;
        taken.add(found);
        waiting.delete(look);
        clearTimeout(timer);
        resolve(found);
      };
      const timer = setTimeout(() => {
        waiting.delete(look);
        const seen = messages.map(({ topic, payload }) => `${topic} ${payload.slice(0, 80)}`).join('\n');
        reject(new Error(`no such message on ${filter} in ${timeoutMs} ms; these came:\n${seen}`));
      }, timeoutMs);
      waiting.add(look);
      look();
    });

  const publish: Collector['publish'] = async (topic, payload) => {
    await client.publishAsync(topic, payload, { qos: 1 });
  };
  return { messages, next, publish, [Symbol.asyncDispose]: () => client.endAsync(true) };
}
