import { hostname } from 'node:os';
import type { MqttSettings } from '@meterbridge/core/mqtt';
import { internalConnection } from '@meterbridge/kpm33b/config';
import type { Config } from './config.ts';

/** @param suffix of the client id, for one that is used beside the service */
export function internalSettings({ internal_broker: broker }: Config, suffix = ''): MqttSettings {
  const clientId = `${broker.client_id ?? `kpm33b-config-sender-${hostname()}`}${suffix}`;
  return { ...internalConnection(broker), clientId };
}
