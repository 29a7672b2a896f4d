import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startApp } from '@meterbridge/testing';
import { startDelayedLine } from '../delayed-line.ts';
import { until } from '../until.ts';
import type { Heard } from './house.ts';
import { type Mosquitto, startMosquitto } from './mosquitto.ts';

/** As in mosquitto/internal.conf, and without a log of each message. */
const BROKER = [
  'set_tcp_nodelay true',
  'persistence true',
  'persistence_location /mosquitto/data/',
  'max_queued_messages 200000',
  'max_inflight_messages 1000',
  'log_dest stderr',
  'log_type information',
  'log_type subscribe',
  // What is kept over a restart is written when the broker ends.
  'autosave_on_changes false',
  'autosave_interval 1800',
];
const SUBSCRIBED = / 1 MQTT_ENY_NOW/g;
const READY_MS = 60_000;

/** What stands between the two brokers. */
export interface Between extends AsyncDisposable {
  readonly process: ChildProcess;
}

/** Meters, two brokers and a house, each a process of its own. */
export class Scene {
  readonly internal: Mosquitto;
  readonly central: Mosquitto;
  readonly #house: ChildProcess;
  readonly #opened: AsyncDisposableStack;
  readonly #config: object;
  #heard: Heard = { count: 0, different: 0, firstMs: 0, lastMs: 0 };

  private constructor(
    brokers: { readonly internal: Mosquitto; readonly central: Mosquitto },
    house: ChildProcess,
    config: object,
    opened: AsyncDisposableStack,
  ) {
    this.internal = brokers.internal;
    this.central = brokers.central;
    this.#house = house;
    this.#config = config;
    this.#opened = opened;
    house.on('message', (heard) => {
      if (typeof heard === 'object') this.#heard = heard as Heard;
    });
  }

  /** @param roundTripMs to the central broker */
  static async set(roundTripMs: number): Promise<Scene> {
    await using opened = new AsyncDisposableStack();
    const internal = opened.use(await startMosquitto(BROKER));
    const central = opened.use(await startMosquitto(BROKER));
    const target = { host: '127.0.0.1', port: central.port };
    const line = roundTripMs > 0 ? opened.use(await startDelayedLine(target, roundTripMs)) : central;
    const house = opened.adopt(child('house', central.port), end);
    await once(house, 'message');
    const folder = await mkdtemp(join(tmpdir(), 'bench-fleet-'));
    opened.defer(() => rm(folder, { recursive: true }));
    const config = {
      mqtt: { url: `mqtt://127.0.0.1:${line.port}` },
      internal_broker: { host: '127.0.0.1', port: internal.port },
      log: { level: 'warn' },
      http: { enabled: false },
      store: { path: join(folder, 'bench.db') },
    };
    return new Scene({ internal, central }, house, config, opened.move());
  }

  /** At the central broker, by the house. */
  get heard(): Heard {
    return this.#heard;
  }

  get housePid(): number {
    return this.#house.pid!;
  }

  async startProxy(): Promise<Between> {
    return await this.#listening(() => startApp('kpm33b-proxy', ['run'], { config: this.#config }));
  }

  async startBare(): Promise<Between> {
    return await this.#listening(async () => {
      const process = child('bare', this.internal.port, this.central.port);
      return { process, [Symbol.asyncDispose]: () => end(process) };
    });
  }

  /** @returns a process that tells when the internal broker has everything */
  startMeters(rate: number, total: number, meters: number): ChildProcess {
    return this.#opened.adopt(child('meters', this.internal.port, rate, total, meters), end);
  }

  /** When it has subscribed; a broker that keeps its session is told so again. */
  async #listening<T>(start: () => Promise<T>): Promise<T> {
    const count = async (): Promise<number> => [...(await this.internal.logs()).matchAll(SUBSCRIBED)].length;
    const before = await count();
    const started = await start();
    await until(async () => (await count()) > before, 'somebody listens to the meters', READY_MS);
    return started;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#opened.disposeAsync();
  }
}

function child(script: string, ...args: readonly number[]): ChildProcess {
  return fork(join(import.meta.dirname, `${script}.ts`), args.map(String));
}

async function end(process: ChildProcess): Promise<void> {
  if (process.exitCode !== null || process.signalCode !== null) return;
  process.kill('SIGKILL');
  await once(process, 'exit');
}
