import { setTimeout as sleep } from 'node:timers/promises';
import { slope } from './growth-law.ts';
import { bundle } from './program.ts';
import { Stage } from './stage.ts';
import { textTable } from './table.ts';

/** Of meters that are polled. */
const INTERVAL = '100ms';
const PUSH_EVERY_MS = 20;
const SAMPLE_MS = 10_000;
/** Until then a process still finds its size. */
const WARM_UP_MINUTES = 2;
/** Less after the warm-up says nothing of how it goes on. */
const LEAST_MINUTES = 5;
const BROKER_RESTART_MS = 60_000;

interface Sample {
  readonly minute: number;
  readonly residentMB: number;
  readonly readings: number;
}

/** How one app lived through it. */
interface Soaked {
  readonly app: string;
  readonly readings: number;
  readonly residentMB: number;
  /** After the warm-up; null: that was too short. */
  readonly growthMBPerHour: number | null;
  readonly samples: readonly Sample[];
}

/**
 * Runs all six apps at many times real speed on bad lines, with a broker that is killed every minute, and watches
 * their memory. It throws when one of them ends.
 */
export async function soak({ minutes }: { readonly minutes: number }) {
  await using opened = new AsyncDisposableStack();
  const stage = await Stage.set(opened, true);
  for (const { app } of stage.scenes) await bundle(app);
  const programs = await stage.startAll(INTERVAL, opened);
  const pushing = setInterval(() => {
    for (const { push } of stage.scenes) push?.();
  }, PUSH_EVERY_MS);
  opened.defer(() => clearInterval(pushing));
  const samples = new Map(stage.scenes.map(({ app }) => [app, [] as Sample[]]));
  const startMs = performance.now();
  let restartMs = BROKER_RESTART_MS;
  for (let elapsedMs = 0; elapsedMs < minutes * 60_000; elapsedMs = performance.now() - startMs) {
    await sleep(SAMPLE_MS);
    const minute = (performance.now() - startMs) / 60_000;
    for (const [at, { app }] of stage.scenes.entries()) {
      programs[at]!.expectAlive();
      const residentMB = programs[at]!.residentMB();
      samples.get(app)!.push({ minute, residentMB, readings: stage.readings(app) });
    }
    const now = Array.from(samples, ([app, all]) => `${app} ${all.at(-1)!.residentMB.toFixed(0)} MB`);
    console.log(`${minute.toFixed(1)} min  ${now.join(', ')}`);
    if (elapsedMs < restartMs) continue;
    restartMs += BROKER_RESTART_MS;
    await stage.killBroker();
  }
  const apps = Array.from(samples, ([app, all]) => soaked(app, all, minutes));
  print(apps);
  return { minutes, apps };
}

function soaked(app: string, samples: readonly Sample[], minutes: number): Soaked {
  const settled = samples.filter(({ minute }) => minute > WARM_UP_MINUTES);
  const { readings, residentMB } = samples.at(-1)!;
  const perMinute = slope(settled.map((sample) => [sample.minute, sample.residentMB]));
  const growthMBPerHour = minutes < WARM_UP_MINUTES + LEAST_MINUTES ? null : 60 * perMinute;
  return { app, readings, residentMB, growthMBPerHour, samples };
}

function print(apps: readonly Soaked[]): void {
  console.log(
    textTable([
      ['app', 'readings', 'MB', 'growth, MB/h'],
      ...apps.map(({ app, readings, residentMB, growthMBPerHour }) => [
        app,
        String(readings),
        residentMB.toFixed(0),
        growthMBPerHour?.toFixed(1) ?? 'too short',
      ]),
    ]),
  );
}
