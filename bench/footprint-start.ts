import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { type Spread, spreadOf } from './measure.ts';
import { startBareNode } from './program.ts';
import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';
import { until } from './until.ts';

const ROUNDS = 5;
const PUSH_EVERY_MS = 20;
const GIVE_UP_MS = 60_000;

/** What it takes from the start of a process. */
export interface Start {
  /** Until the broker tells that the app is online. */
  readonly connectedMs: Spread;
  /** Until the first reading is at a subscriber; of the config sender, its first command. */
  readonly firstReadingMs: Spread;
  /** The latter, in times of what Node.js alone needs to open a connection. */
  readonly ratio: Spread;
}

/** The apps take turns. @returns by app */
export async function startTimes(stage: Stage): Promise<ReadonlyMap<string, Start>> {
  const rounds = new Map(stage.scenes.map(({ app }) => [app, [] as (readonly [number, number, number])[]]));
  for (let round = 0; round < ROUNDS; round++) {
    const nodeMs = await bareNodeMs();
    for (const scene of stage.scenes) {
      const [connectedMs, readingMs] = await timesOf(stage, scene);
      rounds.get(scene.app)!.push([connectedMs, readingMs, readingMs / nodeMs]);
    }
  }
  return new Map(
    Array.from(rounds, ([app, times]) => {
      const spread = (at: 0 | 1 | 2): Spread => spreadOf(times.map((one) => one[at]));
      return [app, { connectedMs: spread(0), firstReadingMs: spread(1), ratio: spread(2) }];
    }),
  );
}

async function timesOf(stage: Stage, scene: Scene): Promise<readonly [number, number]> {
  const { app, push } = scene;
  stage.forgetOnline(app);
  const before = stage.readings(app);
  const beganMs = performance.now();
  await using program = await stage.start(scene, '1d');
  const pushing = push ? setInterval(push, PUSH_EVERY_MS) : undefined;
  try {
    await until(() => stage.isOnline(app), `${app} is online`, GIVE_UP_MS, program);
    const connectedMs = performance.now() - beganMs;
    await until(() => stage.readings(app) > before, `${app} tells a reading`, GIVE_UP_MS, program);
    return [connectedMs, performance.now() - beganMs];
  } finally {
    clearInterval(pushing);
  }
}

async function bareNodeMs(): Promise<number> {
  await using opened = new AsyncDisposableStack();
  const server = opened.adopt(createServer(), (listening) => void listening.close());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  const beganMs = performance.now();
  opened.use(await startBareNode(`require('node:net').connect(${port}, '127.0.0.1')`));
  await once(server, 'connection');
  return performance.now() - beganMs;
}
