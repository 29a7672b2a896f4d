import type { Address } from '@meterbridge/core/config';
import type { LineSettings } from '@meterbridge/core/model';
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
  readonly dtr: boolean;
  readonly rts: boolean;
}

const OPEN_MS = 10_000;

/** Each byte has eight bits, even parity and one stop bit (EN 13757-2, 5.2); DTR and RTS may be power supplies. */
export function lineSettings({ baud, dtr, rts }: Pick<LineOptions, 'baud' | 'dtr' | 'rts'>): LineSettings {
  return { baudRate: baud, dataBits: 8, parity: 'even', stopBits: 1, dtr, rts };
}

/** A line for one command. @throws BridgeError link/… */
export async function openLine(options: LineOptions, signal: AbortSignal) {
  const { address, baud, latency, timeout } = options;
  const link = await openLink(address, { line: lineSettings(options), timeoutMs: OPEN_MS, signal });
  const master = new Master(link, { baudRate: baud, latencyMs: latency, answerMs: timeout, signal });
  return { master, [Symbol.asyncDispose]: () => link.close() };
}
