import type { Meter } from './meter.ts';

/** A meter of which little is known, for tests. */
export const house: Meter = {
  id: 'main',
  type: 'dsmr',
  name: 'House',
  uniqueId: 'E1',
  serialNumber: null,
  manufacturer: null,
  model: null,
  firmware: null,
  via: null,
  intervalMs: 1_000,
};
