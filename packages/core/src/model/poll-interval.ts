import type { Control } from './control.ts';

/**
 * How often a meter is asked, in seconds, until the bridge starts anew or its settings change: for meters that may be
 * asked at any time. One in front of others takes it for them.
 */
export const POLL_INTERVAL = {
  key: 'interval',
  name: 'Interval',
  kind: 'number',
  unit: 's',
  min: 10,
  max: 86_400,
  step: 1,
  deviceClass: 'duration',
  inInfo: 'interval_s',
} as const satisfies Control;
