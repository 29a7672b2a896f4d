import { hostname } from 'node:os';
import type { MqttSettings } from '@meterbridge/core/mqtt';
import { INTERNAL_BROKER_NAMES } from '@meterbridge/kpm33b/config';
import type { Config } from './config.ts';

/** What meters send while the proxy is away is kept for it so long. */
const SESSION_EXPIRY_S = 86_400;

export function internalSettings({ internal_broker: broker, shard }: Config): MqttSettings {
  const { host, port, username, password, keepalive } = broker;
  const worker = shard.count > 1 ? `-${shard.index}` : '';
  return {
    names: INTERNAL_BROKER_NAMES,
    gathers: true,
    host,
    tcpPort: port,
    tls: null,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    clientId: broker.client_id ?? `kpm33b-proxy-${hostname()}${worker}`,
    keepaliveS: Math.ceil(keepalive / 1000),
    sessionExpiryS: SESSION_EXPIRY_S,
    will: null,
    birth: [],
  };
}
