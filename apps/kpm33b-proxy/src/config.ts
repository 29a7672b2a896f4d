import { serviceConfig } from '@meterbridge/core/config';
import { internalBroker, kpm33bSections } from '@meterbridge/kpm33b/config';
import * as z from 'zod';

const shard = z
  .strictObject({
    index: z.int().min(0).default(0).describe('Which of the workers this one is, from 0.'),
    count: z
      .int()
      .min(1)
      .max(64)
      .default(1)
      .describe('Workers that share the meters. Each receives everything and passes on its own share.'),
  })
  .refine(({ index, count }) => index < count, { error: 'must be less than count', path: ['index'] });

const NEEDS_CLIENT_ID = 'is missing; each worker needs a client id of its own';

export const config = serviceConfig({
  internal_broker: internalBroker,
  ...kpm33bSections,
  shard: shard.prefault({}).describe('More than one worker; for very large fleets.'),
}).refine(({ mqtt, shard: { count } }) => count === 1 || mqtt.client_id !== undefined, {
  error: NEEDS_CLIENT_ID,
  path: ['mqtt', 'client_id'],
});

/** What `decode` needs of it; whatever else a file holds does not matter. */
export const decodeConfig = z.object({ homeassistant: config.shape.homeassistant, ...kpm33bSections });

/** What stands in the sample configuration. */
export const example: z.input<typeof config> = {
  mqtt: { url: 'mqtt://localhost:1883' },
  internal_broker: { host: '127.0.0.1', port: 11883 },
};

export type Config = z.output<typeof config>;
