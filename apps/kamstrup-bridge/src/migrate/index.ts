import {
  brokerUrl,
  durationOf,
  isTrue,
  type Section,
  sectionOf,
  textOf,
  textsOf,
} from '@meterbridge/core/config';
import type { z } from 'zod';
import type { config } from '../config.ts';
import { isModel } from '../meters/index.ts';
import { registerOf } from '../protocol/registers.ts';
import { oldLine } from './line.ts';
import { logOf } from './log.ts';
import { notesOn } from './notes.ts';

/** A configuration in our words, and what could not be taken over as it was. */
export interface Migrated {
  readonly config: z.input<typeof config>;
  /** `key: what becomes of it`, one line each. */
  readonly notes: readonly string[];
}

type Mqtt = Migrated['config']['mqtt'];
export type Meter = NonNullable<Migrated['config']['meters']>[number];

/**
 * The `config.yaml` of kamstrup2mqtt as a configuration of this bridge. The topics of the values stay the same.
 * @param old as YAML is read
 */
export function migrate(old: Section): Migrated {
  const mqtt = sectionOf(old.mqtt);
  const device = sectionOf(old.serial_device);
  const kamstrup = sectionOf(old.kamstrup);
  const log = logOf(sectionOf(old.logging));
  const discovery = textOf(sectionOf(old.homeassistant).discovery_prefix);
  return {
    config: {
      mqtt: mqttOf(mqtt),
      ...(Object.keys(log).length > 0 && { log }),
      ...(discovery && { homeassistant: { discovery_prefix: discovery } }),
      meters: [meterOf(mqtt, device, kamstrup)],
    },
    notes: [...notesOn(old), ...notesOnMeter(mqtt, device, kamstrup)],
  };
}

/** Section `mqtt`, also of Meter2MQTT. */
export function mqttOf(old: Section): Mqtt {
  const isEncrypted = isTrue(old.tls_enabled);
  const { prefix } = topicOf(old);
  const [username, password, client] = [old.username, old.password, old.client].map(textOf);
  const qos = ([0, 1, 2] as const).find((level) => String(level) === textOf(old.qos));
  return {
    url: brokerUrl(old.host, old.port, isEncrypted),
    ...(isTrue(old.authentication) && { ...(username && { username }), ...(password && { password }) }),
    ...(client && { client_id: client }),
    ...(qos !== undefined && { qos }),
    ...(old.retain !== undefined && { retain: isTrue(old.retain) }),
    // One topic for each value, as before; `both` adds the JSON with all of them on …/values.
    output: 'attributes',
    topics: { reading: `${prefix}{meter}/values`, attribute: `${prefix}{meter}/{parameter}` },
    ...(isEncrypted && { tls: tlsOf(old) }),
  };
}

function tlsOf(old: Section): NonNullable<Mqtt['tls']> {
  const [ca, cert, key] = [old.tls_ca_cert, old.tls_cert, old.tls_key].map(textOf);
  return { ...(ca && { ca_file: ca }), ...(cert && { cert_file: cert }), ...(key && { key_file: key }) };
}

/** The last level of the topic is the meter's; what is before it stays in front of the topics of values. */
function topicOf(mqtt: Section): { readonly prefix: string; readonly id: string } {
  const levels = (textOf(mqtt.topic) ?? 'kamstrup').split('/').filter((level) => level !== '');
  const id = levels.pop() ?? 'kamstrup';
  return { prefix: levels.map((level) => `${level}/`).join(''), id };
}

function meterOf(mqtt: Section, device: Section, kamstrup: Section): Meter {
  const name = textOf(mqtt.device_name);
  const model = textOf(kamstrup.version);
  const parameters = parametersOf(kamstrup).filter((parameter) => registerOf(parameter) !== null);
  const line = oldLine(device);
  const interval = durationOf(kamstrup.poll_interval, 60);
  return {
    id: topicOf(mqtt).id,
    ...(name && { name }),
    address: textOf(device.url) ?? textOf(device.com_port) ?? '/dev/ttyUSB0',
    ...(model && isModel(model) && { model }),
    ...(parameters.length > 0 && { parameters }),
    ...(interval && { interval }),
    ...(line !== undefined && { line }),
  };
}

/** A list; names with commas between them in a variable. */
function parametersOf({ parameters }: Section): readonly string[] {
  return textsOf(typeof parameters === 'string' ? parameters.split(',') : parameters);
}

function notesOnMeter(mqtt: Section, device: Section, kamstrup: Section): readonly string[] {
  const { prefix, id } = topicOf(mqtt);
  const model = textOf(kamstrup.version);
  const notes = parametersOf(kamstrup)
    .filter((parameter) => registerOf(parameter) === null)
    .map((parameter) => `kamstrup.parameters: ${parameter} is no parameter`);
  if (model && !isModel(model)) notes.push(`kamstrup.version: ${model} is read as a generic meter`);
  if (!textOf(device.url) && !textOf(device.com_port))
    notes.push('serial_device: names no port; set the address of the meter');
  notes.push(
    `${prefix}${id}/status: becomes meters/bridge/kamstrup-bridge/state and meters/multical/${id}/availability`,
  );
  return notes;
}
