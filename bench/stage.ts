import type { OnMessage } from '@meterbridge/core/mqtt';
import { freePort, startBroker } from '@meterbridge/testing';
import { connectTo } from './observer.ts';
import { type Program, startProgram } from './program.ts';
import type { Brokers, Scene } from './scene.ts';
import { setScenes } from './scenes.ts';
import { until } from './until.ts';

/** A log of each message would be most of what a broker does. */
export const QUIET = ['log_type none', 'log_type information'];

/** Readings and states, and not every value: the observer is to leave the machine to the apps. */
const READINGS = ['meters/+/+', 'meters/bridge/+/state', 'kpm33b/+/+'];
const COMMANDS = ['#'];
const PUSH_EVERY_MS = 100;
const GIVE_UP_MS = 60_000;
const STATE = /^meters\/bridge\/(.+)\/state$/;
const STATUS = /^kpm33b\/status\/([^/]+)$/;

/** All six apps, each with its simulated meter, between two brokers, and what is heard of them there. */
export class Stage {
  readonly scenes: readonly Scene[];
  readonly #central: Brokers['central'];
  readonly #readings = new Map<string, number>();
  readonly #online = new Set<string>();

  private constructor(scenes: readonly Scene[], { central }: Brokers) {
    this.scenes = scenes;
    this.#central = central;
  }

  /** @param isBad lines, meters and brokers are to have a hard time */
  static async set(opened: AsyncDisposableStack, isBad = false): Promise<Stage> {
    const options = { real: true, persistence: isBad, config: QUIET };
    const internal = opened.use(await startBroker(options));
    const central = opened.use(await startBroker(options));
    const brokers = { internal, central };
    const stage = new Stage(await setScenes(brokers, opened, isBad), brokers);
    const hear: OnMessage = (topic, payload) => stage.#heard(topic, payload);
    opened.use(await connectTo(internal, COMMANDS, hear));
    opened.use(await connectTo(central, READINGS, hear));
    return stage;
  }

  /** The broker of the house is killed, and comes back. */
  async killBroker(): Promise<void> {
    await this.#central.kill();
    await this.#central.start();
  }

  /** So far. */
  readings(app: string): number {
    return this.#readings.get(app) ?? 0;
  }

  /** Since it was forgotten. */
  isOnline(app: string): boolean {
    return this.#online.has(app);
  }

  forgetOnline(app: string): void {
    this.#online.delete(app);
  }

  async start(scene: Scene, interval: string): Promise<Program> {
    const { host, port } = this.#central;
    return await startProgram(scene.app, {
      mqtt: { url: `mqtt://${host}:${port}` },
      log: { level: 'error' },
      http: { port: await freePort() },
      ...scene.config(interval),
    });
  }

  /** All of them, until each has told something. @returns them in the order of the scenes */
  async startAll(interval: string, opened: AsyncDisposableStack): Promise<readonly Program[]> {
    this.#online.clear();
    const programs: Program[] = [];
    for (const scene of this.scenes) programs.push(opened.use(await this.start(scene, interval)));
    await this.#ready(programs);
    return programs;
  }

  /** Until each has told a reading, or at least that it is there. */
  async #ready(programs: readonly Program[]): Promise<void> {
    const before = new Map(this.scenes.map(({ app }) => [app, this.readings(app)]));
    for (const [at, { app, push, tellsEach }] of this.scenes.entries()) {
      const isReady = (): boolean =>
        this.isOnline(app) && (!tellsEach || !push || this.readings(app) > before.get(app)!);
      const pushing = push ? setInterval(push, PUSH_EVERY_MS) : undefined;
      await until(isReady, `${app} is there`, GIVE_UP_MS, programs[at]!).finally(() =>
        clearInterval(pushing),
      );
    }
  }

  #heard(topic: string, payload: Uint8Array): void {
    const state = STATE.exec(topic)?.[1];
    const status = STATUS.exec(topic)?.[1];
    const app = state ?? (status && `kpm33b-${status}`);
    if (app && Buffer.from(payload).includes('online')) this.#online.add(app);
    for (const scene of this.scenes)
      if (scene.isReading(topic)) this.#readings.set(scene.app, this.readings(scene.app) + 1);
  }
}
