import { brokerUrl, isTrue, logLevelOfPython, numberOf, textOf } from '@meterbridge/core/config';
import type { z } from 'zod';
import type { config } from '../config.ts';
import { dtusOf } from './dtus.ts';
import { notesOn } from './notes.ts';
import type { Old } from './old.ts';

/** A configuration in our words, and what could not be taken over as it was. */
export interface Migrated {
  readonly config: z.input<typeof config>;
  /** `key: what becomes of it`, one line each. */
  readonly notes: readonly string[];
}

type Config = Migrated['config'];

/**
 * Settings of hoymiles-mqtt or hoymiles-smiles as a configuration of this bridge.
 * @param old the YAML file as it is read, or the variables with their names in small letters
 */
export function migrate(old: Old): Migrated {
  const dtus = dtusOf(old);
  return {
    config: {
      mqtt: mqttOf(old),
      log: logOf(old),
      http: httpOf(old),
      store: storeOf(old),
      ...discoveryOf(old),
      ...(numberOf(old.circuit_breaker_threshold) !== null && {
        breaker: { failures: numberOf(old.circuit_breaker_threshold)! },
      }),
      ...(isTrue(old.dry_run) && { dry_run: true }),
      compatibility: 'hoymiles-mqtt',
      meters: [...dtus],
    },
    notes: notesOn(old, dtus.length),
  };
}

function mqttOf(old: Old): Config['mqtt'] {
  const isEncrypted = isTrue(old.mqtt_tls);
  const [username, password, passwordFile, clientId, ca] = [
    old.mqtt_user,
    old.mqtt_password,
    old.mqtt_password_file,
    old.mqtt_client_id,
    old.mqtt_tls_ca_cert,
  ].map(textOf);
  const tls = { ...(ca && { ca_file: ca }), ...(isTrue(old.mqtt_tls_insecure) && { insecure: true }) };
  return {
    url: brokerUrl(old.mqtt_broker, old.mqtt_port, isEncrypted),
    ...(username && { username }),
    ...(password && { password }),
    ...(!password && passwordFile && { password_file: passwordFile }),
    ...(clientId && { client_id: clientId }),
    ...(isEncrypted && Object.keys(tls).length > 0 && { tls }),
  };
}

function logOf(old: Old): NonNullable<Config['log']> {
  const level = logLevelOfPython(old.log_level);
  const path = textOf(old.log_file);
  return {
    ...(level && { level }),
    ...(textOf(old.log_format) === 'json' && { format: 'json' }),
    ...(path && { file: { path } }),
  };
}

function httpOf(old: Old): NonNullable<Config['http']> {
  const port = numberOf(old.health_port);
  return {
    ...(old.health_enabled !== undefined && !isTrue(old.health_enabled) && { enabled: false }),
    host: textOf(old.health_host) ?? '0.0.0.0',
    ...(port !== null && { port }),
  };
}

function storeOf(old: Old): NonNullable<Config['store']> {
  if (old.persistence_enabled !== undefined && !isTrue(old.persistence_enabled)) return { enabled: false };
  const path = textOf(old.database_path);
  const folder = path?.replace(/[^/]*$/, '') ?? '';
  return {
    // Another file: the old one has other tables.
    ...(path && { path: `${folder}hoymiles-bridge.db` }),
    // A copy was always made at the end.
    backup: { path: `${folder || './'}backup` },
  };
}

function discoveryOf(old: Old): Pick<Config, 'homeassistant'> {
  const prefix = textOf(old.mqtt_topic_prefix);
  return prefix && prefix !== 'homeassistant' ? { homeassistant: { discovery_prefix: prefix } } : {};
}
