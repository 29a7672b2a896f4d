import { hostname } from 'node:os';
import type { MqttSettings } from '@meterbridge/core/mqtt';
import { internalConnection } from '@meterbridge/kpm33b/config';
import type { Config } from './config.ts';

/** What meters send while the proxy is away is kept for it so long. */
const SESSION_EXPIRY_S = 86_400;

export function internalSettings({ internal_broker: broker, shard }: Config): MqttSettings {
  const worker = shard.count > 1 ? `-${shard.index}` : '';
  return {
    ...internalConnection(broker),
    gathers: true,
    clientId: broker.client_id ?? `kpm33b-proxy-${hostname()}${worker}`,
    sessionExpiryS: SESSION_EXPIRY_S,
  };
}
