import { hostname } from 'node:os';
import { BridgeError } from '@meterbridge/core/errors';
import type { MqttSettings } from '@meterbridge/core/mqtt';
import type { Config } from './config.ts';

/** What meters send while the proxy is away is kept for it so long. */
const SESSION_EXPIRY_S = 86_400;

export function internalSettings({ internal_broker: broker, shard }: Config): MqttSettings {
  const { host, port, username, password, keepalive } = broker;
  const worker = shard.count > 1 ? `-${shard.index}` : '';
  return {
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

/** One broker for both sides would work, but everybody would see what the meters send. */
export function brokerWarnings({ internal_broker: internal, mqtt }: Config): readonly BridgeError[] {
  const { hostname: host, port } = new URL(mqtt.url);
  if (host !== internal.host || Number(port) !== internal.port) return [];
  const hint = 'Give the meters a broker of their own, and name it in internal_broker.';
  return [new BridgeError('config/invalid', 'internal and central broker are the same', { hint })];
}
