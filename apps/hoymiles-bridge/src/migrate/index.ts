import { brokerUrl, isTrue, logLevelOfPython, numberOf, textOf } from '@meterbridge/core/config';
import type { z } from 'zod';
import type { config } from '../config.ts';
import { notesOn } from './notes.ts';
import { listOf, type Old, recordOf, recordsOf } from './old.ts';

/** A configuration in our words, and what could not be taken over as it was. */
export interface Migrated {
  readonly config: z.input<typeof config>;
  /** `key: what becomes of it`, one line each. */
  readonly notes: readonly string[];
}

type Config = Migrated['config'];
type Dtu = NonNullable<Config['meters']>[number];

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

function dtusOf(old: Old): readonly Dtu[] {
  const listed = recordsOf(old.dtu_configs);
  const host = textOf(old.dtu_host);
  const single: Old = { name: 'DTU', host, port: old.dtu_port, unit_id: old.modbus_unit_id };
  const all = listed.length > 0 ? listed : host ? [single] : [];
  const ids = new Set<string>();
  return all.map((one) => ({ ...dtuOf(one, ids), ...sharedOf(old) }));
}

function dtuOf(one: Old, ids: Set<string>): Pick<Dtu, 'id' | 'host' | 'protocol'> {
  const [port, unit] = [numberOf(one.port), numberOf(one.unit_id)];
  return {
    id: idOf(textOf(one.name) ?? 'DTU', ids),
    host: textOf(one.host) ?? 'localhost',
    protocol: 'modbus',
    ...(port !== null && port !== 502 && { port }),
    ...(unit !== null && unit !== 1 && { unit }),
  };
}

/** A name that fits into topics, and no other DTU has. */
function idOf(name: string, taken: Set<string>): string {
  const plain =
    name
      .toLowerCase()
      .replace(/[^a-z0-9_-]+/g, '_')
      .replace(/^_+|_+$/g, '') || 'dtu';
  let id = plain;
  for (let number = 2; taken.has(id); number++) id = `${plain}_${number}`;
  taken.add(id);
  return id;
}

function sharedOf(old: Old): Partial<Dtu> {
  const [period, expire, reset] = [old.query_period, old.expire_after, old.reset_hour].map(numberOf);
  const [inverterKeys, portKeys] = [listOf(old.mi_entities), listOf(old.port_entities)];
  const excluded = listOf(old.exclude_inverters);
  const multipliers = numbersIn(old.value_multipliers);
  const names = textsIn(old.entity_friendly_names);
  return {
    interval: `${period ?? 60}s`,
    timezone: textOf(old.timezone) ?? 'UTC',
    ...(reset !== null && reset !== undefined && { reset_hour: reset }),
    ...(expire && { expire_after: `${expire}s` }),
    ...(inverterKeys.length > 0 && { inverter_entities: [...inverterKeys] }),
    ...(portKeys.length > 0 && { port_entities: [...portKeys] }),
    ...(excluded.length > 0 && { exclude_inverters: [...excluded] }),
    ...(Object.keys(multipliers).length > 0 && { value_multipliers: multipliers }),
    ...(Object.keys(names).length > 0 && { entity_friendly_names: names }),
  };
}

function numbersIn(value: unknown): Record<string, number> {
  const entries = Object.entries(recordOf(value)).map(([key, one]) => [key, numberOf(one)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, number] => entry[1] !== null));
}

function textsIn(value: unknown): Record<string, string> {
  const entries = Object.entries(recordOf(value)).map(([key, one]) => [key, textOf(one)] as const);
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}
