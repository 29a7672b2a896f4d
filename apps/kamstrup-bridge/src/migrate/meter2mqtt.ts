import { durationOf, isTrue, type Section, sectionOf, textOf, textsOf } from '@meterbridge/core/config';
import { isModel } from '../meters/index.ts';
import { registerOf } from '../protocol/registers.ts';
import { type Meter, type Migrated, mqttOf } from './index.ts';
import { oldLine } from './line.ts';
import { logOf } from './log.ts';
import { notesOn } from './notes.ts';

const TYPE = 'multical';
const KEYS = /^(?:type|connection|port|url|version|parameters|poll_interval|serial_options)$/;
const LINE_KEYS = /^(?:baudrate|bytesize|parity|stopbits)$/;

/**
 * The files of Meter2MQTT as a configuration of this bridge. The topics of the values stay the same.
 * @param devices as YAML is read, by the name of their file in `config.d`
 */
export function migrateMeter2Mqtt(old: Section, devices: ReadonlyMap<string, Section>): Migrated {
  const { topic_prefix, ...mqtt } = sectionOf(old.mqtt);
  const { enabled, ...homeassistant } = sectionOf(old.homeassistant);
  const { output: _, topics: __, ...connection } = mqttOf(mqtt);
  const [base, prefix] = [topic_prefix, homeassistant.discovery_prefix].map(textOf);
  const log = logOf(sectionOf(old.logging));
  const ours = [...devices].filter(([, { type }]) => type === TYPE);
  return {
    config: {
      mqtt: { ...connection, ...(base && { base_topic: base }) },
      ...(Object.keys(log).length > 0 && { log }),
      homeassistant: { enabled: isTrue(enabled), ...(prefix && { discovery_prefix: prefix }) },
      meters: ours.map(([id, device]) => meterOf(id, device)),
    },
    notes: [
      ...notesOn({ ...old, mqtt, homeassistant }),
      ...ours.flatMap(([id, device]) => notesOnDevice(id, device)),
      ...[...devices]
        .filter(([, { type }]) => type !== TYPE)
        .map(([id, { type }]) => `${id}: type ${textOf(type) ?? '?'} belongs to another bridge`),
      `${base ?? 'meters'}/status: becomes ${base ?? 'meters'}/bridge/kamstrup-bridge/state`,
    ],
  };
}

function meterOf(id: string, device: Section): Meter {
  const model = textOf(device.version) ?? '402';
  const parameters = parametersOf(device).filter((name) => registerOf(name) !== null);
  const interval = durationOf(device.poll_interval);
  const line = oldLine(sectionOf(device.serial_options));
  return {
    id,
    address: addressOf(device) ?? '/dev/ttyUSB0',
    ...(isModel(model) && { model }),
    ...(parameters.length > 0 && { parameters }),
    ...(interval !== null && { interval }),
    ...(line !== undefined && { line }),
  };
}

function addressOf({ connection, port, url }: Section): string | null {
  return textOf(connection === 'network_url' ? url : port);
}

/** A list, or a single name. */
function parametersOf({ parameters }: Section): readonly string[] {
  return textsOf(Array.isArray(parameters) ? parameters : [parameters]);
}

function notesOnDevice(id: string, device: Section): readonly string[] {
  const model = textOf(device.version);
  const notes = parametersOf(device)
    .filter((name) => registerOf(name) === null)
    .map((name) => `${id}.parameters: ${name} is no parameter`);
  if (model && !isModel(model)) notes.push(`${id}.version: ${model} is read as a generic meter`);
  if (addressOf(device) === null) notes.push(`${id}: names no port; set the address of the meter`);
  for (const key of Object.keys(device)) if (!KEYS.test(key)) notes.push(`${id}.${key}: has no counterpart`);
  for (const key of Object.keys(sectionOf(device.serial_options)))
    if (!LINE_KEYS.test(key)) notes.push(`${id}.serial_options.${key}: has no counterpart`);
  return notes;
}
