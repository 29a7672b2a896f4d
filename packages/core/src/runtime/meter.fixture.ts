import type { Meter } from '../model/index.ts';

/** An electricity meter, for tests. */
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
