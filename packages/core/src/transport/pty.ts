import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { lstat } from 'node:fs/promises';
import { Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { BridgeError } from '../errors/index.ts';
import type { Link } from './link.ts';
import { linkError } from './link-error.ts';
import { streamLink } from './stream-link.ts';
import { within } from './wait.ts';

const OPEN_TIMEOUT_MS = 5_000;
/** The file descriptor through which socat exchanges bytes with us. */
const CHANNEL = 3;

/**
 * A pseudo terminal for a simulated meter: whoever opens `path` as a serial port gets the other end of this link, and
 * may close and open it again. Node has none of its own: `socat` makes it.
 * @param options.signal is for opening only
 * @throws BridgeError link/failed, link/permission, link/timeout
 */
export async function openPty(
  path: string,
  options: { readonly signal?: AbortSignal | undefined } = {},
): Promise<Link> {
  const attempt = `cannot make a pseudo terminal at ${path}`;
  await refuseToReplace(path, attempt);
  const limits = { timeoutMs: OPEN_TIMEOUT_MS, signal: options.signal };
  return await within<Link>(
    limits,
    () => {
      throw new BridgeError('link/timeout', `${attempt}: socat does not get ready`);
    },
    (resolve, reject) => {
      const socat = spawn('socat', ['-d', '-d', `pty,rawer,link=${path}`, `FD:${CHANNEL}`], {
        stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
      });
      let complaint = 'socat ended';
      socat.once('error', (error) => reject(startError(attempt, error)));
      socat.once('close', () => reject(linkError(attempt, new Error(complaint))));
      createInterface(socat.stderr!).on('line', (line) => {
        complaint = / E (.*)$/.exec(line)?.[1] ?? complaint;
        if (line.includes('starting data transfer loop')) resolve(ptyLink(path, socat));
      });
      return () => socat.kill();
    },
  );
}

/** socat would quietly take the place of whatever is there. A link that an earlier one left behind is no loss. */
async function refuseToReplace(path: string, attempt: string): Promise<void> {
  if (/[,:!"'\\]/.test(path))
    throw new BridgeError('link/failed', `${attempt}: the path holds , : ! or quotes`);
  const found = await lstat(path).catch(() => null);
  if (found && !found.isSymbolicLink())
    throw new BridgeError('link/failed', `${attempt}: there is a file already`);
}

function startError(attempt: string, error: Error): BridgeError {
  const hint = 'A pseudo terminal needs the program socat: apt-get install socat.';
  return new BridgeError('link/failed', `${attempt}: ${error.message}`, { hint, cause: error });
}

function ptyLink(path: string, socat: ChildProcess): Link {
  const channel = socat.stdio[CHANNEL];
  if (!(channel instanceof Socket)) throw new TypeError('the channel to socat is no socket');
  return streamLink(`pty ${path}`, channel, {
    async close() {
      channel.destroy();
      if (socat.exitCode !== null || socat.signalCode !== null) return;
      socat.kill('SIGTERM');
      await once(socat, 'close');
    },
  });
}
