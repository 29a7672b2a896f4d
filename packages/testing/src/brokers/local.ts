import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mosquittoPath } from './kind.ts';
import { type MosquittoOptions, mosquittoConf, READY, type RunningBroker, until } from './mosquitto.ts';

/** The Mosquitto program of this machine, in a folder of its own. */
export async function startLocal(port: number, options: MosquittoOptions): Promise<RunningBroker> {
  const folder = await mkdtemp(join(tmpdir(), 'mosquitto-'));
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(folder, name), content);
  };
  await write({ 'mosquitto.conf': mosquittoConf(port, options), ...options.files });
  let log = '';
  let child: ChildProcess | undefined;

  const start = async (): Promise<void> => {
    const before = [...log.matchAll(READY)].length;
    child = spawn(mosquittoPath() ?? 'mosquitto', ['-c', 'mosquitto.conf'], { cwd: folder });
    child.on('error', (error) => {
      log += `${error.message}\n`;
    });
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on('data', (chunk: Buffer) => {
        log += chunk.toString();
      });
    }
    try {
      await until(() => [...log.matchAll(READY)].length > before, 'Mosquitto listens');
    } catch (error) {
      child.kill('SIGKILL');
      throw new Error(`Mosquitto did not start:\n${log}`, { cause: error });
    }
  };
  const end = async (signal: 'SIGTERM' | 'SIGKILL'): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    child.kill(signal);
    await exit;
  };

  await start();
  return {
    host: 'localhost',
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    pause: async () => void child?.kill('SIGSTOP'),
    resume: async () => void child?.kill('SIGCONT'),
    reload: async (changed) => {
      await write(changed);
      child?.kill('SIGHUP');
    },
    logs: async () => log,
    remove: async () => {
      await end('SIGKILL');
      await rm(folder, { recursive: true, force: true });
    },
  };
}
