import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '@meterbridge/testing';
import { until } from '../until.ts';

const IMAGE = 'eclipse-mosquitto:2';
const READY_MS = 20_000;

/** A Mosquitto on the network of this machine: published ports of a container would cost as much as the broker. */
export interface Mosquitto extends AsyncDisposable {
  readonly port: number;
  pid(): Promise<number>;
  start(): Promise<void>;
  stop(): Promise<void>;
  logs(): Promise<string>;
}

export async function startMosquitto(lines: readonly string[]): Promise<Mosquitto> {
  const port = await freePort();
  const folder = await mkdtemp(join(tmpdir(), 'bench-mosquitto-'));
  const file = join(folder, 'mosquitto.conf');
  await writeFile(file, [`listener ${port}`, 'allow_anonymous true', ...lines, ''].join('\n'), {
    mode: 0o644,
  });
  const options = ['--detach', '--network', 'host', '--volume', `${file}:/bench.conf:ro`];
  const id = (await docker('run', ...options, IMAGE, 'mosquitto', '-c', '/bench.conf')).trim();
  const logs = (): Promise<string> => docker('logs', id);
  const starts = async (): Promise<number> => (await logs()).split(' running').length;
  await until(async () => (await starts()) > 1, 'Mosquitto listens', READY_MS);
  return {
    port,
    logs,
    pid: async () => Number(await docker('inspect', '--format', '{{.State.Pid}}', id)),
    stop: async () => void (await docker('stop', id)),
    async start() {
      const before = await starts();
      await docker('start', id);
      await until(async () => (await starts()) > before, 'Mosquitto listens again', READY_MS);
    },
    async [Symbol.asyncDispose]() {
      await docker('rm', '--force', '--volumes', id);
      await rm(folder, { recursive: true });
    },
  };
}

/** Both streams: Mosquitto writes its log to the second one. */
async function docker(...args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)('docker', args, { maxBuffer: 1e8 });
  return stdout + stderr;
}
