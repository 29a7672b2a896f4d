import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { seededRandom } from '@meterbridge/core/codec';
import { MqttClient } from '@meterbridge/core/mqtt';
import { type Broker, startApp, startBroker } from '@meterbridge/testing';
import { Fleet, timeText } from '../apps/kpm33b-proxy/src/simulator/fleet.ts';
import { startDelayedLine } from './delayed-line.ts';

/** As in mosquitto/internal.conf, and without a log of each message. */
const BROKER = [
  'max_queued_messages 200000',
  'max_inflight_messages 1000',
  'log_type none',
  'log_type information',
  'log_type subscribe',
  // What is kept over a restart is written when the broker ends.
  'autosave_on_changes false',
  'autosave_interval 1800',
];
/** The clock of the meter, in what the proxy publishes. */
const TIME = /"time":"\d+"/;
const TICK_MS = 10;
const MAX_UNDER_WAY = 1_000;
/** The proxy itself waits up to a minute before it tries the central broker again. */
const GIVE_UP_MS = 120_000;

/** Of the kernel: clock ticks in a second. */
const TICKS_PER_S = 100;

interface Figures {
  readonly name: string;
  readonly sent: number;
  /** Not heard, though nothing more came for two minutes. */
  readonly missing: number;
  readonly repeated: number;
  readonly perSecond: number;
  /** Processor time of one message, start of the process included: what slows the machine does not change it much. */
  readonly cpuMicroseconds: number;
  readonly residentMB: number;
}

/** The proxy between two Mosquittos, with QoS 1, messages of 584 bytes, and its outbox in a file. */
export async function fleet(): Promise<readonly Figures[]> {
  const far = { rate: 5_000, seconds: 20, meters: 2_000, roundTripMs: 20 };
  const results: Figures[] = [];
  for (const play of [
    () => steady('20,000 per second for 20 s', { rate: 20_000, seconds: 20, meters: 2_000 }),
    () => burst('a burst of 50,000 drained', 50_000, 100),
    () => burst('the same through MQTT.js alone', 50_000, 100, 'startBarePipe'),
    () => steady('5,000 per second for 20 s, 20 ms to the central broker', far),
    () => burst('one message of each of 100,000 meters', 100_000, 100_000),
    () => outage('1,000 per second, the central broker away for 60 s', 1_000, 60),
  ]) {
    const figures = await play();
    results.push(figures);
    const { name, perSecond, missing, repeated, cpuMicroseconds, residentMB } = figures;
    const [rate, cpu, memory] = [perSecond, cpuMicroseconds, residentMB].map(Math.round);
    console.log(
      `${name}: ${rate} per second, ${missing} missing, ${repeated} repeated, ${cpu} µs each, ${memory} MB`,
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

async function steady(name: string, { roundTripMs = 0, ...load }: Load): Promise<Figures> {
  await using scene = await setScene(roundTripMs);
  await using proxy = await scene.startProxy();
  const sent = await send(scene, load);
  return await figuresOf(name, sent, scene, proxy.process);
}

/** What waited at the internal broker while the proxy was away. */
async function burst(
  name: string,
  total: number,
  meters: number,
  start: 'startProxy' | 'startBarePipe' = 'startProxy',
): Promise<Figures> {
  await using scene = await setScene(0);
  const before = await scene[start]();
  before.process.kill('SIGTERM');
  await once(before.process, 'exit');
  const messages = payloads(meters);
  for (let sent = 0; sent < total; sent++) await scene.publish(messages.next().value);
  await scene.published();
  await using proxy = await scene[start]();
  return await figuresOf(name, total, scene, proxy.process);
}

async function outage(name: string, rate: number, seconds: number): Promise<Figures> {
  await using scene = await setScene(0, true);
  await using proxy = await scene.startProxy();
  const sending = send(scene, { rate, seconds: seconds + 10, meters: 2_000 });
  await sleep(5_000);
  await scene.central.stop();
  await sleep(1_000 * seconds);
  await scene.central.start();
  return await figuresOf(name, await sending, scene, proxy.process);
}

async function send(scene: Scene, { rate, seconds, meters }: Omit<Load, 'roundTripMs'>): Promise<number> {
  const messages = payloads(meters);
  const total = rate * seconds;
  const startMs = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, ((performance.now() - startMs) * rate) / 1000);
    for (; sent < due; sent++) await scene.publish(messages.next().value);
    await sleep(TICK_MS);
  }
  return total;
}

async function figuresOf(name: string, sent: number, scene: Scene, proxy: ChildProcess): Promise<Figures> {
  for (let before = -1; scene.heard.count > before && scene.heard.different.size < sent; ) {
    before = scene.heard.count;
    await until(() => scene.heard.different.size >= sent);
  }
  const { different, count, firstMs, lastMs } = scene.heard;
  const proc = (file: string): string => readFileSync(`/proc/${proxy.pid}/${file}`, 'utf8');
  // Behind the name of the program, which may hold blanks: proc_pid_stat(5), fields 14 and 15.
  const [user, system] = proc('stat').split(') ').at(-1)!.split(' ').slice(11, 13).map(Number);
  return {
    name,
    sent,
    missing: sent - different.size,
    repeated: count - different.size,
    perSecond: (1000 * count) / (lastMs - firstMs),
    cpuMicroseconds: ((user! + system!) / TICKS_PER_S / sent) * 1e6,
    residentMB: Number(/VmHWM:\s+(\d+)/.exec(proc('status'))?.[1]) / 1024,
  };
}

interface Program extends AsyncDisposable {
  readonly process: ChildProcess;
}

interface Scene extends AsyncDisposable {
  readonly central: Broker;
  readonly heard: { count: number; firstMs: number; lastMs: number; readonly different: Set<string> };
  /** Waits while the internal broker does not keep up. */
  publish(payload: string): Promise<void>;
  /** Resolves when the internal broker has confirmed everything. */
  published(): Promise<void>;
  startProxy(): Promise<Program>;
  startBarePipe(): Promise<Program>;
}

/** @param persistence the central broker knows after a restart who listens to it */
async function setScene(roundTripMs: number, persistence = false): Promise<Scene> {
  await using opened = new AsyncDisposableStack();
  const internal = opened.use(await startBroker({ real: true, config: BROKER }));
  const central = opened.use(await startBroker({ real: true, persistence, config: BROKER }));
  const line = roundTripMs > 0 ? opened.use(await startDelayedLine(central, roundTripMs)) : central;
  const meters = opened.adopt(await connected(internal, 'bench-meters'), (client) => client.close());
  const house = opened.adopt(await connected(central, 'bench-house'), (client) => client.close());
  const heard = { count: 0, firstMs: 0, lastMs: 0, different: new Set<string>() };
  house.subscribe('kpm33b/+/seconds', (topic, payload) => {
    heard.lastMs = performance.now();
    if (heard.count++ === 0) heard.firstMs = heard.lastMs;
    heard.different.add(`${topic} ${TIME.exec(Buffer.from(payload).toString('latin1'))?.[0]}`);
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
  const listens = (): Promise<void> => until(async () => (await internal.logs()).includes(' 1 MQTT_ENY_NOW'));
  const resources = opened.move();
  return {
    central,
    heard,
    async publish(payload) {
      underWay++;
      meters.send({ topic: 'MQTT_RT_DATA', payload, qos: 1, retain: false }, () => {
        underWay--;
      });
      if (underWay >= MAX_UNDER_WAY) await until(() => underWay < MAX_UNDER_WAY / 2);
    },
    published: () => until(() => underWay === 0),
    async startProxy() {
      const app = await startApp('kpm33b-proxy', ['run'], { config });
      await listens();
      return app;
    },
    async startBarePipe() {
      const script = join(import.meta.dirname, 'bare-pipe.ts');
      const child = spawn(process.execPath, [script, String(internal.port), String(central.port)]);
      await listens();
      return { process: child, [Symbol.asyncDispose]: async () => void child.kill('SIGKILL') };
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
  const { promise, resolve } = Promise.withResolvers<void>();
  const session = { clientId, keepaliveS: 60, sessionExpiryS: 3_600, will: null, birth: [] };
  const settings = { host, tcpPort: port, tls: null, ...session };
  const client = new MqttClient(settings, { onConnect: resolve }, { retryMaxMs: 1_000 });
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
