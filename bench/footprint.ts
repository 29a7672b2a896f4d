import { execFileSync } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterLoad, atRest, type Load, type Rest } from './footprint-load.ts';
import { type Start, startTimes } from './footprint-start.ts';
import { bundle, startBareNode } from './program.ts';
import { Stage } from './stage.ts';
import { textTable } from './table.ts';

/** What an app takes of a machine. */
export interface Footprint {
  readonly app: string;
  readonly bundleBytes: number;
  /** null: there is no container engine, or it has no image of this app. */
  readonly imageBytes: number | null;
  readonly start: Start;
  readonly idle: Rest;
  readonly onePerSecond: Rest;
  readonly load: Load;
}

export interface Footprints {
  readonly apps: readonly Footprint[];
  /** Node.js alone, with the same flags. */
  readonly nodeMB: number;
  /** The image that the others stand on. */
  readonly baseImageBytes: number | null;
}

/** All six apps as their images hold them, each with one simulated meter. */
export async function footprint(): Promise<Footprints> {
  await using opened = new AsyncDisposableStack();
  const stage = await Stage.set(opened);
  const bundles = new Map<string, number>();
  for (const { app } of stage.scenes) bundles.set(app, await bundle(app));
  console.log('starting each app several times');
  const starts = await startTimes(stage);
  console.log('watching them while they have nothing to do');
  const idle = await atRest(stage, '1d', null);
  console.log('watching them at one message per second');
  const busy = await atRest(stage, '1s', 1_000);
  console.log('an hour at 100 times the usual pace, in a minute');
  const loads = await afterLoad(stage);
  const apps = stage.scenes.map(
    ({ app }): Footprint => ({
      app,
      bundleBytes: bundles.get(app)!,
      imageBytes: imageBytes(`meterbridge/${app}`),
      start: starts.get(app)!,
      idle: idle.get(app)!,
      onePerSecond: busy.get(app)!,
      load: loads.get(app)!,
    }),
  );
  print(apps);
  return { apps, nodeMB: await bareNodeMB(), baseImageBytes: imageBytes('node:24-trixie-slim') };
}

async function bareNodeMB(): Promise<number> {
  await using program = await startBareNode('setInterval(() => undefined, 1_000)');
  await sleep(1_000);
  return program.residentMB();
}

function imageBytes(image: string): number | null {
  try {
    const size = execFileSync('docker', ['image', 'inspect', '--format', '{{.Size}}', image], {
      stdio: 'pipe',
    });
    return Number(size);
  } catch {
    return null;
  }
}

function print(apps: readonly Footprint[]): void {
  const percent = ({ cpu }: Rest): string => `${(100 * cpu.median).toFixed(2)} %`;
  console.log(
    textTable([
      ['app', 'connected', 'first reading', 'MB', 'MB after load', 'readings', 'idle', 'one per second'],
      ...apps.map(({ app, start, idle, onePerSecond, load }) => [
        app,
        `${start.connectedMs.median.toFixed(0)} ms`,
        `${start.firstReadingMs.median.toFixed(0)} ms`,
        idle.residentMB.toFixed(0),
        load.residentMB.toFixed(0),
        String(load.readings),
        percent(idle),
        percent(onePerSecond),
      ]),
    ]),
  );
}
