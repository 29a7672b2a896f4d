import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@meterbridge/core/codec';
import { MqttClient } from '@meterbridge/core/mqtt';
import { type Broker, type RunningApp, startApp, startBroker } from '@meterbridge/testing';
import { Fleet, timeText } from '../apps/kpm33b-proxy/src/simulator/fleet.ts';
import { startDelayedLine } from './delayed-line.ts';

/** As in mosquitto/internal.conf, and without a log of each message. */
const BROKER = [
  'max_queued_messages 200000',
  'max_inflight_messages 1000',
  'log_type none',
  'log_type information',
  'log_type subscribe',
];
/** Small spaces, as in the container image; but not so small that the collector does nothing else. */
const NODE_OPTIONS = '--max-semi-space-size=4 --max-old-space-size=128';
const TICK_MS = 10;
const MAX_UNDER_WAY = 1_000;
const GIVE_UP_MS = 60_000;

interface Figures {
  readonly name: string;
  readonly sent: number;
  /** Not heard within a minute after the last one was sent. */
  readonly missing: number;
  readonly perSecond: number;
  readonly residentMB: number;
}

/** The proxy between two Mosquittos, with QoS 1, messages of 584 bytes, and its outbox in a file. */
export async function fleet(): Promise<readonly Figures[]> {
  const far = { rate: 5_000, seconds: 20, meters: 2_000, roundTripMs: 20 };
  const results: Figures[] = [];
  for (const play of [
    () => steady('20,000 per second for 20 s', { rate: 20_000, seconds: 20, meters: 2_000 }),
    () => burst('a burst of 50,000 drained', 50_000, 2_000),
    () => steady('5,000 per second for 20 s, 20 ms to the central broker', far),
    () => burst('one message of each of 100,000 meters', 100_000, 100_000),
  ]) {
    const figures = await play();
    results.push(figures);
    const { name, perSecond, missing, residentMB } = figures;
    console.log(
      `${name}: ${Math.round(perSecond)} per second, ${missing} missing, ${Math.round(residentMB)} MB`,
    );
  }
  return results;
}

interface Load {
  readonly rate: number;
  readonly seconds: number;
  readonly meters: number;
  readonly roundTripMs?: number;
}

async function steady(name: string, { rate, seconds, meters, roundTripMs = 0 }: Load): Promise<Figures> {
  await using scene = await setScene(roundTripMs);
  await using proxy = await scene.startProxy();
  const messages = payloads(meters);
  const total = rate * seconds;
  const startMs = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, ((performance.now() - startMs) * rate) / 1000);
    for (; sent < due; sent++) await scene.publish(messages.next().value);
    await sleep(TICK_MS);
  }
  await scene.heardAll(total);
  return figuresOf(name, total, scene, proxy);
}

/** What waited at the internal broker while the proxy was away. */
async function burst(name: string, total: number, meters: number): Promise<Figures> {
  await using scene = await setScene(0);
  const before = await scene.startProxy();
  before.process.kill('SIGTERM');
  await before.exit;
  const messages = payloads(meters);
  for (let sent = 0; sent < total; sent++) await scene.publish(messages.next().value);
  await scene.published();
  await using proxy = await scene.startProxy();
  await scene.heardAll(total);
  return figuresOf(name, total, scene, proxy);
}

function figuresOf(name: string, sent: number, { heard }: Scene, { process }: RunningApp): Figures {
  const status = readFileSync(`/proc/${process.pid}/status`, 'utf8');
  const residentMB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1024;
  return {
    name,
    sent,
    missing: sent - heard.count,
    perSecond: (1000 * heard.count) / (heard.lastMs - heard.firstMs),
    residentMB,
  };
}

interface Scene extends AsyncDisposable {
  readonly heard: { count: number; firstMs: number; lastMs: number };
  /** Waits while the internal broker does not keep up. */
  publish(payload: string): Promise<void>;
  /** Resolves when the internal broker has confirmed everything. */
  published(): Promise<void>;
  heardAll(count: number): Promise<void>;
  startProxy(): Promise<RunningApp>;
}

async function setScene(roundTripMs: number): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const internal = opened.use(await startBroker({ real: true, config: BROKER }));
  const central = opened.use(await startBroker({ real: true, config: BROKER }));
  const line = roundTripMs > 0 ? opened.use(await startDelayedLine(central, roundTripMs)) : central;
  const meters = opened.adopt(await connected(internal, 'bench-meters'), (client) => client.close());
  const house = opened.adopt(await connected(central, 'bench-house'), (client) => client.close());
  const heard = { count: 0, firstMs: 0, lastMs: 0 };
  house.subscribe('kpm33b/+/seconds', () => {
    heard.lastMs = performance.now();
    if (heard.count++ === 0) heard.firstMs = heard.lastMs;
  });
  const folder = opened.adopt(await mkdtemp(join(tmpdir(), 'bench-fleet-')), (path) =>
    rm(path, { recursive: true }),
  );
  let underWay = 0;
  const config = {
    mqtt: { url: `mqtt://127.0.0.1:${line.port}` },
    internal_broker: { host: internal.host, port: internal.port },
    log: { level: 'warn' },
    http: { enabled: false },
    store: { path: join(folder, 'bench.db') },
  };
  const resources = opened.move();
  return {
    heard,
    async publish(payload) {
      underWay++;
      meters.send({ topic: 'MQTT_RT_DATA', payload, qos: 1, retain: false }, () => {
        underWay--;
      });
      if (underWay >= MAX_UNDER_WAY) await until(() => underWay < MAX_UNDER_WAY / 2);
    },
    published: () => until(() => underWay === 0),
    heardAll: (count) => until(() => heard.count >= count),
    async startProxy() {
      const app = await startApp('kpm33b-proxy', ['run'], { config, env: { NODE_OPTIONS } });
      await until(async () => (await internal.logs()).includes(' 1 MQTT_ENY_NOW'));
      return app;
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

/** Electrical values of each meter in turn, on and on. */
function* payloads(meters: number): Generator<string, never> {
  const fleet = new Fleet({ meters, faults: new Set(), random: seededRandom(1) });
  const [{ payload: sample } = { payload: '' }] = fleet.upload(0, 'seconds', 0);
  for (let clockMs = Date.UTC(2026, 0, 12); ; clockMs += 60_000) {
    const time = timeText(clockMs);
    // Made of one upload, as the generator is to leave the machine to the proxy.
    for (const id of fleet.ids) yield sample.replace(fleet.ids[0]!, id).replace('19700101000000', time);
  }
}

async function connected({ host, port }: Broker, clientId: string): Promise<MqttClient> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const settings = { host, tcpPort: port, tls: null, clientId, keepaliveS: 60, will: null, birth: [] };
  const client = new MqttClient(settings, { onConnect: resolve, onDisconnect: reject });
  client.connect();
  await promise;
  return client;
}

async function until(isSo: () => boolean | Promise<boolean>): Promise<void> {
  const deadline = performance.now() + GIVE_UP_MS;
  while (!(await isSo()) && performance.now() < deadline) await sleep(TICK_MS);
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
