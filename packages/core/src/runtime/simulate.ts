import { once } from 'node:events';
import { BridgeError } from '../errors/index.ts';
import type { TcpAddress } from '../model/index.ts';
import { formatTcp, type Places, type ServedLinks } from '../transport/index.ts';
import { untilInterrupted } from './interruption.ts';

/** Options `--listen` and `--pty` of the command `simulate`. */
interface SimulatorOptions {
  readonly listen?: TcpAddress | undefined;
  readonly pty?: string | undefined;
}

/**
 * Is a simulated meter until that ends, or the process is asked to.
 * @param what is told to be at each place
 * @throws BridgeError usage/invalid without a place; what `serve` throws, and its terminal
 */
export async function runSimulator(
  { listen, pty }: SimulatorOptions,
  what: string,
  serve: (places: Places) => Promise<ServedLinks>,
): Promise<void> {
  if (!listen && !pty) throw new BridgeError('usage/invalid', 'simulate needs --listen, --pty, or both');
  const signal = untilInterrupted();
  await using served = await serve({ tcp: listen, pty });
  const { tcpPort } = served;
  if (listen && tcpPort) process.stdout.write(`${what} on ${formatTcp({ ...listen, tcpPort })}\n`);
  if (pty) process.stdout.write(`${what} on ${pty}\n`);
  await Promise.race([served.ended, once(signal, 'abort')]);
}
