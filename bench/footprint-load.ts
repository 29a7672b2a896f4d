import { setTimeout as sleep } from 'node:timers/promises';
import { type Spread, spreadOf } from './measure.ts';
import type { Scene } from './scene.ts';
import type { Stage } from './stage.ts';

const SLICES = 5;
const SLICE_MS = 6_000;
const SETTLE_MS = 5_000;
/** How much faster than in an hour of its life a meter is to be. */
const FACTOR = 100;
const MOST_MS = 60_000;
const INTERVAL = '20ms';
const MOST_UNDER_WAY = 50;
/** At once, of one app. */
const MOST_PUSHED = 5;

export interface Rest {
  readonly residentMB: number;
  /** Part of one core. */
  readonly cpu: Spread;
}

/**
 * All apps at once: what each takes is counted by its own processor time.
 * @param pushEveryMs null: meters that send by themselves are silent
 */
export async function atRest(
  stage: Stage,
  interval: string,
  pushEveryMs: number | null,
): Promise<ReadonlyMap<string, Rest>> {
  await using opened = new AsyncDisposableStack();
  const programs = await stage.startAll(interval, opened);
  await sleep(SETTLE_MS);
  const pushAll = (): void => {
    for (const { push } of stage.scenes) push?.();
  };
  const pushing = pushEveryMs === null ? undefined : setInterval(pushAll, pushEveryMs);
  const parts = programs.map((): number[] => []);
  for (let slice = 0; slice < SLICES; slice++) {
    const before = programs.map((program) => program.cpuMs());
    const beganMs = performance.now();
    await sleep(SLICE_MS);
    const tookMs = performance.now() - beganMs;
    for (const [at, program] of programs.entries()) parts[at]!.push((program.cpuMs() - before[at]!) / tookMs);
  }
  clearInterval(pushing);
  return new Map(
    stage.scenes.map(({ app }, at) => {
      programs[at]!.expectAlive();
      return [app, { cpu: spreadOf(parts[at]!), residentMB: programs[at]!.residentMB() }];
    }),
  );
}

export interface Load {
  /** Readings that were pushed, and how many there are in an hour at 100 times the usual pace. */
  readonly readings: number;
  readonly wanted: number;
  readonly residentMB: number;
  readonly peakMB: number;
}

/** As many readings as an hour at 100 times the usual pace brings, as fast as they are taken, for a minute at most. */
export async function afterLoad(stage: Stage): Promise<ReadonlyMap<string, Load>> {
  await using opened = new AsyncDisposableStack();
  const programs = await stage.startAll(INTERVAL, opened);
  const feeds = stage.scenes.map((scene) => new Feed(scene, stage));
  const deadline = performance.now() + MOST_MS;
  while (performance.now() < deadline && feeds.some(({ isDone }) => !isDone)) {
    for (const feed of feeds) feed.pushSome();
    await sleep(1);
  }
  const counts = feeds.map(({ readings }) => readings);
  await sleep(SETTLE_MS);
  return new Map(
    stage.scenes.map(({ app, perHour }, at) => {
      const program = programs[at]!;
      program.expectAlive();
      const wanted = perHour * FACTOR;
      const [residentMB, peakMB] = [program.residentMB(), program.peakMB()];
      return [app, { readings: counts[at]!, wanted, residentMB, peakMB }];
    }),
  );
}

/** What one app is given to do. */
class Feed {
  readonly #scene: Scene;
  readonly #stage: Stage;
  readonly #before: number;
  #pushed = 0;

  constructor(scene: Scene, stage: Stage) {
    this.#scene = scene;
    this.#stage = stage;
    this.#before = stage.readings(scene.app);
  }

  get readings(): number {
    const { app, tellsEach } = this.#scene;
    return tellsEach ? this.#stage.readings(app) - this.#before : this.#pushed;
  }

  get isDone(): boolean {
    return this.readings >= this.#scene.perHour * FACTOR;
  }

  pushSome(): void {
    const { push, perHour } = this.#scene;
    if (!push) return;
    for (let count = 0; count < MOST_PUSHED; count++) {
      if (this.#pushed >= perHour * FACTOR || this.#pushed - this.readings >= MOST_UNDER_WAY) return;
      push();
      this.#pushed++;
    }
  }
}
