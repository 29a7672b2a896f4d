import { spawnSync } from 'node:child_process';
import { FaultyHead } from './simulator/faults.ts';
import { SimulatedMeter } from './simulator/meter.ts';
import type { ServeSettings } from './simulator/serve.ts';

/** Pseudo terminals are made by socat. */
export const hasSocat = spawnSync('socat', ['-V']).status === 0;
if (!hasSocat && process.env.REQUIRE_CONTAINERS)
  throw new Error('REQUIRE_CONTAINERS is set, but there is no socat');
if (!hasSocat) console.warn('Skipping the tests of serial ports: there is no socat');

export function simulated403(serial = 84_968_362): SimulatedMeter {
  return new SimulatedMeter({ model: '403', serial, sleepAfterMs: null });
}

/** A head that does nothing but what it should. */
export const plainHead: Omit<ServeSettings, 'meter'> = {
  isRealtime: false,
  hasEcho: false,
  latencyMs: 0,
  head: new FaultyHead([], () => 1),
};
