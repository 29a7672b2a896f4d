import { serviceConfig } from '@meterbridge/core/config';
import { internalBroker, kpm33bSections } from '@meterbridge/kpm33b/config';
import type * as z from 'zod';

export const config = serviceConfig({ internal_broker: internalBroker, ...kpm33bSections });

/** What stands in the sample configuration. */
export const example: z.input<typeof config> = {
  mqtt: { url: 'mqtt://localhost:1883' },
  internal_broker: { host: '127.0.0.1', port: 11883 },
};

export type Config = z.output<typeof config>;
