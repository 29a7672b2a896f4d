import { hostname } from 'node:os';
import type { MqttSettings } from '@meterbridge/core/mqtt';
import { INTERNAL_BROKER_NAMES } from '@meterbridge/kpm33b/config';
import type { Config } from './config.ts';

/** @param suffix of the client id, for one that is used beside the service */
export function internalSettings({ internal_broker: broker }: Config, suffix = ''): MqttSettings {
  const { host, port, username, password, keepalive } = broker;
  return {
    names: INTERNAL_BROKER_NAMES,
    host,
    tcpPort: port,
    tls: null,
    ...(username !== undefined && { username }),
    ...(password !== undefined && { password }),
    clientId: `${broker.client_id ?? `kpm33b-config-sender-${hostname()}`}${suffix}`,
    keepaliveS: Math.ceil(keepalive / 1000),
    will: null,
    birth: [],
  };
}
