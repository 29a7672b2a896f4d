import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Broker, type Collector, collect, freePort, startApp, startBroker } from '@meterbridge/testing';

const ROOT = join(import.meta.dirname, '..');
const ROUNDS = 7;

interface Started {
  readonly app: string;
  readonly topic: string;
  readonly meter: object;
}

/** A meter that answers when it is asked, and one that speaks once a second by itself. */
const STARTED: readonly Started[] = [
  { app: 'kamstrup-bridge', topic: 'meters/multical/heat', meter: { id: 'heat', model: '403' } },
  { app: 'dsmr-bridge', topic: 'meters/dsmr/main', meter: { id: 'main' } },
];

/** From the order to start a container until its first reading is at a subscriber, with a simulated meter. */
export async function start() {
  const figures: Record<string, { readonly medianMs: number; readonly allMs: readonly number[] }> = {};
  await using broker = await startBroker({ real: true });
  for (const one of STARTED) {
    const allMs = await timesOf(one, broker);
    const medianMs = allMs.toSorted((a, b) => a - b)[ROUNDS >> 1]!;
    figures[one.app] = { medianMs, allMs };
    console.log(`${one.app}: container to first reading ${medianMs} ms (median of ${allMs.join(', ')})`);
  }
  return figures;
}

async function timesOf({ app, topic, meter }: Started, broker: Broker): Promise<readonly number[]> {
  const address = `tcp://127.0.0.1:${await freePort()}`;
  const folder = await mkdtemp(join(tmpdir(), 'bench-start-'));
  await using stack = new AsyncDisposableStack();
  stack.defer(() => rm(folder, { recursive: true }));
  const simulated = stack.use(await startApp(app, ['simulate', '--listen', address]));
  await simulated.line((line) => line.includes(address));
  const config = {
    mqtt: { url: broker.url },
    meters: [{ address, ...meter }],
    http: { enabled: false },
    store: { path: '/data/bench.db' },
  };
  await writeFile(join(folder, `${app}.yaml`), JSON.stringify(config), { mode: 0o644 });
  const image = `meterbridge-bench/${app}`;
  await docker('build', '-f', 'apps/Dockerfile', '--build-arg', `APP=${app}`, '-t', image, '.');
  const heard = stack.use(await collect(broker, topic));
  const times: number[] = [];
  while (times.length < ROUNDS) times.push(await timeOf(image, join(folder, `${app}.yaml`), heard));
  return times;
}

async function timeOf(image: string, file: string, heard: Collector): Promise<number> {
  const target = `/etc/meterbridge/${file.replace(/.*\//, '')}`;
  const options = ['--network', 'host', '--read-only', '--cap-drop', 'ALL', '-v', '/data'];
  const id = await docker('create', ...options, '-v', `${file}:${target}:ro`, image);
  const from = heard.messages.length;
  const beganMs = performance.now();
  await docker('start', id);
  await heard.next((message) => heard.messages.indexOf(message) >= from && !message.retain, 60_000);
  const ms = Math.round(performance.now() - beganMs);
  await docker('rm', '--force', '--volumes', id);
  return ms;
}

async function docker(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('docker', args, { cwd: ROOT, timeout: 900_000 })).stdout.trim();
}
