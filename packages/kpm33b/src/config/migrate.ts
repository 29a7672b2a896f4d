import { brokerUrl, logLevelOfPython, type Section, sectionOf } from '@meterbridge/core/config';
import { BridgeError } from '@meterbridge/core/errors';
import { parseDocument, stringify } from 'yaml';

/** A configuration in our words, and what could not be taken over. */
export interface Migrated {
  readonly yaml: string;
  /** One line each, for people. */
  readonly notes: readonly string[];
}

const SAME = ['internal_broker_topics', 'central_broker_topics', 'kpm33b_meters'] as const;
const BROKER_KEYS = ['host', 'port', 'username', 'password'];
const KEYS: Readonly<Record<string, readonly string[]>> = {
  internal_broker: BROKER_KEYS,
  central_broker: BROKER_KEYS,
  logging: ['level'],
  internal_broker_topics: ['meter_seconds_data', 'meter_minutes_data', 'meter_settime', 'meter_settime_ack'],
  central_broker_topics: ['external_main_topic', 'status_topic'],
  kpm33b_meters: [
    'upload_frequency_seconds',
    'upload_frequency_minutes',
    'upload_frequency_seconds_by_device',
    'expire_after_factor',
    'per_phase_device_ids',
    'per_phase_groups',
    'exclude_device_ids',
    'duplicate_dict_max_length',
    'device_contexts',
  ],
};

/**
 * The `config.yaml` of kpm33b_proxy as configuration of proxy and config sender.
 * @param more keys that only one of the two has
 * @throws BridgeError config/syntax, config/invalid
 */
export function migrate(text: string, more: Section = {}): Migrated {
  const old = sectionOf(plain(valueIn(text)));
  if (!Object.keys(KEYS).some((section) => Object.hasOwn(old, section))) {
    const hint = `It has none of the sections ${Object.keys(KEYS).join(', ')}.`;
    throw new BridgeError('config/invalid', 'this is no configuration of kpm33b_proxy', { hint });
  }
  const central = sectionOf(old.central_broker);
  const { level } = sectionOf(old.logging);
  const config = {
    mqtt: {
      url: brokerUrl(central.host, central.port),
      ...picked(central, ['username', 'password']),
    },
    internal_broker: internalBroker(sectionOf(old.internal_broker)),
    ...(level !== undefined && { log: { level: logLevelOfPython(level) ?? 'info' } }),
    ...Object.fromEntries(SAME.map((section) => [section, picked(sectionOf(old[section]), KEYS[section]!)])),
    ...more,
  };
  return { yaml: stringify(config, { lineWidth: 0 }), notes: notesOn(old) };
}

function valueIn(text: string): unknown {
  // Ids without letters are numbers to YAML: as bigint they keep their digits.
  const document = parseDocument(text, { intAsBigInt: true });
  const [problem] = document.errors;
  if (problem) throw new BridgeError('config/syntax', problem.message);
  try {
    return document.toJS();
  } catch (error) {
    // An alias of something that is not there, or of too much.
    throw new BridgeError('config/syntax', error instanceof Error ? error.message : String(error));
  }
}

function internalBroker(old: Section): Section {
  const broker = picked(old, BROKER_KEYS);
  // As an address to connect to it works on Linux, and there by accident.
  return broker.host === '0.0.0.0' ? { ...broker, host: '127.0.0.1' } : broker;
}

function notesOn(old: Section): readonly string[] {
  return Object.entries(old).flatMap(([section, value]) => {
    const known = KEYS[section];
    if (section === 'tasmota_bridge_topics' || section === 'rfbridge_proxy')
      return [`${section}: belongs to the bridge for 433 MHz sensors, which is no part of this program`];
    if (!known) return [`${section}: has no counterpart`];
    if (value !== null && !isSection(value)) return [`${section}: holds no keys with values`];
    return Object.keys(sectionOf(value))
      .filter((key) => !known.includes(key))
      .map((key) => `${section}.${key}: has no counterpart`);
  });
}

function isSection(value: unknown): boolean {
  return typeof value === 'object' && !Array.isArray(value);
}

function picked(section: Section, keys: readonly string[]): Section {
  return Object.fromEntries(
    Object.entries(section).flatMap(([key, value]) =>
      keys.includes(key) && value !== null ? [[key, ids(key, value)] as const] : [],
    ),
  );
}

/** Ids that stand in a list without quotes become text again. */
function ids(key: string, value: unknown): unknown {
  return key.endsWith('_device_ids') && Array.isArray(value) ? value.map(String) : value;
}

/** Whole numbers as numbers, where they can be. */
function plain(value: unknown): unknown {
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item)]));
}
