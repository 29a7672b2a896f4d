import type { Address } from '@meterbridge/core/config';
import { openLink } from '@meterbridge/core/transport';
import { Master } from './master.ts';

/** How commands reach a line. */
export interface LineOptions {
  readonly address: Address;
  readonly baud: number;
  /** Milliseconds that the way to the line adds. */
  readonly latency: number;
  /** Milliseconds to wait for the first byte of an answer. */
  readonly timeout?: number;
}

const OPEN_MS = 10_000;

/** A line for one command. @throws BridgeError link/… */
export async function openLine(options: LineOptions, signal: AbortSignal) {
  const { address, baud, latency, timeout } = options;
  const line = { baudRate: baud, dataBits: 8, parity: 'even', stopBits: 1 } as const;
  const link = await openLink(address, { line, timeoutMs: OPEN_MS, signal });
  const master = new Master(link, { baudRate: baud, latencyMs: latency, answerMs: timeout, signal });
  return { master, [Symbol.asyncDispose]: () => link.close() };
}
