import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { until } from './brokers/mosquitto.ts';

/** Datagram sockets are made by socat. */
export const hasSystemdNotify =
  existsSync('/usr/bin/systemd-notify') && spawnSync('socat', ['-V']).status === 0;
if (!hasSystemdNotify) console.warn('Skipping the tests of systemd: there is no systemd-notify, or no socat');

export interface NotifySocket extends AsyncDisposable {
  /** For NOTIFY_SOCKET. */
  readonly address: string;
  /** All that arrived so far, as one text. */
  readonly text: string;
}

/** A socket on which systemd would listen. */
export async function notifySocket({ isAbstract = false } = {}): Promise<NotifySocket> {
  const folder = mkdtempSync(join(tmpdir(), 'notify-'));
  const path = join(folder, 'socket');
  const receiver = isAbstract ? `ABSTRACT-RECV:${path}` : `UNIX-RECV:${path}`;
  // systemd closes the descriptor that comes with each message, and so releases the sender. socat would keep it: it is
  // allowed none.
  const child = spawn('sh', ['-c', 'ulimit -n 6; exec socat -u "$1" -', 'sh', receiver], { stdio: 'pipe' });
  let text = '';
  child.stdout.on('data', (chunk: Buffer) => {
    text += chunk;
  });
  const isThere = (): boolean =>
    isAbstract ? spawnSync('grep', ['-q', `@${path}`, '/proc/net/unix']).status === 0 : existsSync(path);
  await until(isThere, 'socat listens');
  return {
    address: isAbstract ? `@${path}` : path,
    get text() {
      return text;
    },
    async [Symbol.asyncDispose]() {
      child.kill();
      rmSync(folder, { recursive: true });
    },
  };
}
