import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readlink } from 'node:fs/promises';
import { Socket } from 'node:net';
import { createInterface, type Interface } from 'node:readline';
import { BridgeError } from '../errors/index.ts';
import { settle } from '../time/index.ts';
import type { Link } from './link.ts';
import { linkError } from './link-error.ts';
import { SocatLog } from './socat-log.ts';
import { streamLink } from './stream-link.ts';

const OPEN_TIMEOUT_MS = 5_000;
const PATH_HINT = 'Choose a path in a folder that exists and can be written.';
/** The file descriptor through which socat exchanges bytes with us. */
const CHANNEL = 3;

/**
 * A pseudo terminal for a simulated meter: whoever opens `path` as a serial port gets the other end of this link, and
 * may close and open it again. While nobody reads, the terminal takes some kilobytes; after that, writes time out.
 * @param options.signal is for opening only
 * @throws BridgeError link/failed, link/not-found, link/permission, link/timeout
 */
export async function openPty(
  path: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Link> {
  const attempt = `cannot make a pseudo terminal at ${path}`;
  await refuseToReplace(path, attempt);
  return await settle<Link>(
    { timeoutMs: OPEN_TIMEOUT_MS, signal: options.signal },
    () => {
      throw new BridgeError('link/timeout', `${attempt}: socat does not get ready`);
    },
    (resolve, reject) => {
      // Three times -d: socat then logs each transfer, the only way to know what the terminal has taken.
      const child = spawn('socat', ['-d', '-d', '-d', `pty,rawer,link=${quote(path)}`, `FD:${CHANNEL}`], {
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      });
      const log = new SocatLog(CHANNEL);
      child.once('error', (error) => reject(spawnError(attempt, error)));
      child.once('close', () => reject(linkError(attempt, new Error(log.complaint), PATH_HINT)));
      lines(child).on('line', (line) => {
        if (log.note(line) === 'ready') resolve(ptyLink(path, child, log));
      });
      return () => child.kill();
    },
  );
}

function ptyLink(path: string, child: ChildProcess, log: SocatLog): Link {
  const channel = child.stdio[CHANNEL];
  if (!(channel instanceof Socket)) throw new Error('socat was started without its channel');
  return streamLink(`pty://${path}`, channel, {
    drain: (done) => log.whenTaken(channel.bytesWritten, done),
    close: async () => {
      const isRunning = child.exitCode === null && child.signalCode === null;
      // Being asked to end, socat removes the link to the terminal.
      if (isRunning && child.kill()) await once(child, 'exit');
      channel.destroy();
    },
  });
}

/** Whatever is at the path socat removes: let it be a link to a terminal, left there by a socat that was killed. */
async function refuseToReplace(path: string, attempt: string): Promise<void> {
  const target = await readlink(path).catch((error: NodeJS.ErrnoException) =>
    error.code === 'ENOENT' ? null : 'something else',
  );
  if (target === null || target.startsWith('/dev/pts/')) return;
  throw new BridgeError('link/failed', `${attempt}: something else is there`, {
    hint: 'Choose a path that does not exist yet.',
  });
}

function spawnError(attempt: string, error: Error): BridgeError {
  return new BridgeError('link/failed', `${attempt}: socat cannot be started`, {
    cause: error,
    hint: 'Install socat, which makes the pseudo terminal (on Debian: apt-get install socat).',
  });
}

function lines({ stderr }: ChildProcess): Interface {
  if (!stderr) throw new Error('socat was started without its log');
  return createInterface({ input: stderr });
}

/** Commas, colons, quotes and the like have a meaning in an address of socat. */
function quote(path: string): string {
  return path.replace(/[^\w./-]/gu, '\\$&');
}
