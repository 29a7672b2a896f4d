import { hostname } from 'node:os';
import type { MqttSettings } from '@meterbridge/core/mqtt';
import type { Config } from './config.ts';

const KEEPALIVE_S = 15;

/** @param suffix of the client id, for one that is used beside the service */
export function internalSettings({ internal_broker: broker }: Config, suffix = ''): MqttSettings {
  const { host, port, username, password } = broker;
  return {
    host,
    tcpPort: port,
    tls: null,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    clientId: `${broker.client_id ?? `kpm33b-config-sender-${hostname()}`}${suffix}`,
    keepaliveS: KEEPALIVE_S,
    will: null,
    birth: [],
  };
}
