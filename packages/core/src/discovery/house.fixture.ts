import type { Meter } from '../model/index.ts';
import { ATTRIBUTE_TOPIC, READING_TOPIC, topicsOf } from '../mqtt/index.ts';

export const topics = topicsOf({
  base: 'meters',
  app: 'dsmr-bridge',
  reading: READING_TOPIC,
  attribute: ATTRIBUTE_TOPIC,
  discoveryPrefix: 'homeassistant',
});

/** A meter of which little is known. */
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
  intervalMs: 10_000,
};
