import {
  type Broker,
  type Collector,
  collect,
  type RunningApp,
  startApp,
  startBroker,
  until,
} from '@meterbridge/testing';

/** Both brokers of the proxy, with somebody who speaks for the meters and somebody who hears what is published. */
export interface Brokers extends AsyncDisposable {
  readonly internal: Broker;
  readonly central: Broker;
  readonly meters: Collector;
  readonly heard: Collector;
}

export async function startBrokers(filter = '#', more: readonly string[] = []): Promise<Brokers> {
  await using opened = new AsyncDisposableStack();
  const [internal, central] = await Promise.all([
    startBroker({ real: true, persistence: true, config: ['max_inflight_messages 1000', ...more] }),
    startBroker({ real: true, persistence: true, config: more }),
  ]);
  opened.use(internal);
  opened.use(central);
  const meters = opened.use(await collect(internal, 'none'));
  // With a session that stays: what comes before it is back waits for it at the broker.
  const heard = opened.use(await collect(central, filter, { clean: false, clientId: 'observer' }));
  const resources = opened.move();
  return { internal, central, meters, heard, [Symbol.asyncDispose]: () => resources.disposeAsync() };
}

/** A meter that is heard of when the proxy listens. */
const PROBE = 'PROBEMETER001';

/** The proxy between two brokers, once it listens. @param topic where it expects electrical values */
export async function startProxy(
  brokers: Brokers,
  config: object = {},
  topic = 'MQTT_RT_DATA',
): Promise<RunningApp> {
  const { meters, heard } = brokers;
  const from = heard.messages.length;
  const app = await launchProxy(brokers, config);
  const isHeard = () =>
    heard.messages.slice(from).some((message) => message.topic.endsWith(`/${PROBE}/seconds`));
  await until(async () => {
    if (!isHeard()) await meters.publish(topic, powerMessage(PROBE, String(performance.now()), 1));
    return isHeard();
  }, 'the proxy listens');
  return app;
}

/** The proxy as soon as it runs, whatever the brokers do. */
export async function launchProxy(
  { internal, central }: Pick<Brokers, 'internal' | 'central'>,
  config: object,
): Promise<RunningApp> {
  const app = await startApp('kpm33b-proxy', ['run'], {
    config: {
      mqtt: { url: central.url },
      internal_broker: { host: internal.host, port: internal.port },
      http: { enabled: false },
      ...config,
    },
  });
  await app.log(({ msg }) => msg === 'connected to the internal broker');
  return app;
}

export function powerMessage(id: string, time: string, power: number): string {
  return `{"id":"${id}","zyggl":${power},"time":"${time}","isend":"1"}`;
}
