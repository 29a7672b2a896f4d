import { BridgeError } from '../errors/index.ts';
import { POLL_INTERVAL } from '../model/index.ts';

/** @returns milliseconds @throws BridgeError control/out-of-range */
export function pollIntervalOf(text: string): number {
  const { min, max } = POLL_INTERVAL;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= min && seconds <= max) return Math.round(1000 * seconds);
  throw new BridgeError(
    'control/out-of-range',
    `"${text}" is no interval; it must be a number of seconds from ${min} to ${max}`,
  );
}
