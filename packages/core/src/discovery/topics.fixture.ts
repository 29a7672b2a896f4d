import { ATTRIBUTE_TOPIC, READING_TOPIC, topicsOf } from '../mqtt/index.ts';

export const topics = topicsOf({
  base: 'meters',
  app: 'dsmr-bridge',
  reading: READING_TOPIC,
  attribute: ATTRIBUTE_TOPIC,
  discoveryPrefix: 'homeassistant',
});
