import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import type { CommonConfig } from '../config/index.ts';
import { BridgeError, messageOf } from '../errors/index.ts';
import type { Message, MqttSettings, MqttTls } from '../mqtt/index.ts';

/** What the MQTT client needs to know of the configuration. */
export function mqttSettings(
  mqtt: CommonConfig['mqtt'],
  app: string,
  state: (payload: 'online' | 'offline') => Message,
): MqttSettings {
  const { hostname: host, port } = new URL(mqtt.url);
  return {
    host: host.replace(/^\[|\]$/g, ''),
    tcpPort: Number(port),
    tls: tlsOf(mqtt),
    ...(mqtt.username !== undefined && { username: mqtt.username }),
    ...(mqtt.password !== undefined && { password: mqtt.password }),
    clientId: mqtt.client_id ?? `${app}-${hostname()}`,
    keepaliveS: Math.ceil(mqtt.keepalive / 1000),
    will: state('offline'),
    birth: [state('online')],
  };
}

/**
 * What an encrypted connection needs; null for a plain one.
 * @throws BridgeError config/invalid if a certificate or key cannot be read, or is none
 */
export function tlsOf({ url, tls }: CommonConfig['mqtt']): MqttTls | null {
  return new URL(url).protocol === 'mqtts:' ? tlsSettings(tls) : null;
}

function tlsSettings({ ca_file, cert_file, key_file, insecure }: CommonConfig['mqtt']['tls']): MqttTls {
  return {
    insecure,
    ...(ca_file !== undefined && { ca: readPem('ca_file', ca_file) }),
    ...(cert_file !== undefined && { cert: readPem('cert_file', cert_file) }),
    ...(key_file !== undefined && { key: readPem('key_file', key_file) }),
  };
}

function readPem(key: string, path: string): string {
  const text = readText(key, path);
  // OpenSSL takes a text without any for an empty list.
  if (text.includes('-----BEGIN ')) return text;
  throw new BridgeError('config/invalid', `mqtt.tls.${key}: ${path} is not in PEM format (-----BEGIN …)`);
}

function readText(key: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const reason = messageOf(thrown);
    throw new BridgeError('config/invalid', `mqtt.tls.${key}: cannot be read: ${reason}`, { cause: thrown });
  }
}
