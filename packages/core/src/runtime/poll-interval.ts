import { BridgeError } from '../errors/index.ts';
import type { Control } from '../model/index.ts';

const LEAST_S = 10;
const MOST_S = 86_400;

/**
 * For meters that may be asked at any time: how often, until the bridge starts anew or their settings change. A meter in
 * front of others takes it for them.
 */
export const POLL_INTERVAL: Control = {
  key: 'interval',
  name: 'Interval',
  kind: 'number',
  unit: 's',
  min: LEAST_S,
  max: MOST_S,
  step: 1,
  deviceClass: 'duration',
  inInfo: 'interval_s',
};

/** @returns milliseconds @throws BridgeError control/out-of-range */
export function pollIntervalOf(text: string): number {
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds >= LEAST_S && seconds <= MOST_S) return Math.round(1000 * seconds);
  throw new BridgeError(
    'control/out-of-range',
    `"${text}" is no interval; it must be a number of seconds from ${LEAST_S} to ${MOST_S}`,
  );
}
