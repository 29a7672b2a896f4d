import { brokerUrl, logLevelOfPython } from '@meterbridge/core/config';
import type * as z from 'zod';
import type { config } from '../config.ts';
import { deviceNotes, meterOf } from './meter.ts';
import type { OldConfig, OldDevice } from './old.ts';

/** A configuration in our words, and what could not be taken over as it was. */
export interface Migrated {
  readonly config: z.input<typeof config>;
  /** `key: what becomes of it`, one line each. */
  readonly notes: readonly string[];
}

type Mqtt = Migrated['config']['mqtt'];

/**
 * The files of Meter2MQTT as a configuration of this bridge. The topics of the values stay the same.
 * @param devices by id, which is the name of the file
 */
export function migrate(old: OldConfig, devices: ReadonlyMap<string, OldDevice>): Migrated {
  const { logging, homeassistant } = old;
  const level = logLevelOfPython(logging.level);
  const ours = [...devices].filter(([, { type }]) => type === 'dsmr');
  const others = [...devices].filter(([, { type }]) => type !== 'dsmr');
  const discovery = homeassistant.discovery_prefix;
  return {
    config: {
      mqtt: mqttOf(old.mqtt),
      ...(level && { log: { level } }),
      homeassistant: {
        enabled: homeassistant.enabled ?? false,
        ...(discovery !== undefined && { discovery_prefix: discovery }),
      },
      meters: ours.map(([id, device]) => meterOf(id, device)),
    },
    notes: [
      ...notesOn(old),
      ...ours.flatMap(([id, device]) => deviceNotes(id, device)),
      ...others.map(([id, { type }]) => noteOnOther(id, type)),
    ],
  };
}

function noteOnOther(id: string, type: string | undefined): string {
  return type === undefined
    ? `${id}: names no type; left out`
    : `${id}: type ${type} belongs to another bridge`;
}

function mqttOf(old: OldConfig['mqtt']): Mqtt {
  const { host, port, client, username, password, topic_prefix, retain } = old;
  const qos = ([0, 1, 2] as const).find((level) => String(level) === old.qos);
  return {
    url: brokerUrl(host, port, old.tls_enabled),
    ...(old.authentication && username !== undefined && { username }),
    ...(old.authentication && password !== undefined && { password }),
    ...(client !== undefined && { client_id: client }),
    ...(topic_prefix !== undefined && { base_topic: topic_prefix }),
    ...(qos !== undefined && { qos }),
    ...(retain !== undefined && { retain }),
    ...(old.tls_enabled && { tls: tlsOf(old) }),
  };
}

function tlsOf({ tls_ca_cert, tls_cert, tls_key }: OldConfig['mqtt']): NonNullable<Mqtt['tls']> {
  return {
    ...(tls_ca_cert !== undefined && { ca_file: tls_ca_cert }),
    ...(tls_cert !== undefined && { cert_file: tls_cert }),
    ...(tls_key !== undefined && { key_file: tls_key }),
  };
}

const MQTT_KEYS =
  /^(?:host|port|client|authentication|username|password|tls_(?:enabled|ca_cert|cert|key)|qos|retain|topic_prefix)$/;

function notesOn({ mqtt, logging, homeassistant, ...others }: OldConfig): readonly string[] {
  const notes = Object.keys(mqtt).flatMap((key) => {
    if (mqtt[key] === undefined || MQTT_KEYS.test(key)) return [];
    if (key === 'tls_version') return ['mqtt.tls_version: the newest version that both know is used'];
    if (key !== 'tls_insecure') return [`mqtt.${key}: has no counterpart`];
    return mqtt.tls_insecure
      ? ['mqtt.tls_insecure: not taken over; mqtt.tls.insecure: true skips all checks of the certificate']
      : [];
  });
  for (const key of Object.keys(logging))
    if (key !== 'level') notes.push(`logging.${key}: has no counterpart`);
  for (const key of Object.keys(homeassistant))
    if (key !== 'enabled' && key !== 'discovery_prefix')
      notes.push(`homeassistant.${key}: has no counterpart`);
  for (const key of Object.keys(others)) notes.push(`${key}: has no counterpart`);
  const prefix = mqtt.topic_prefix ?? 'meters';
  return [...notes, `${prefix}/status: becomes ${prefix}/bridge/dsmr-bridge/state`];
}
