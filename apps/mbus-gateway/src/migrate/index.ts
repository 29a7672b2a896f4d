import { durationOf, type Section, sectionOf, textOf } from '@meterbridge/core/config';
import type { z } from 'zod';
import type { config } from '../config.ts';
import { notesOn } from './notes.ts';
import { brokerOf, lineOf, sectionsOf } from './old.ts';
import { breakerOf, httpOf, logOf, sessionOf, storeOf, topicsOf } from './sections.ts';

/** A configuration in our words, and what could not be taken over as it was. */
export interface Migrated {
  readonly config: z.input<typeof config>;
  /** `key: what becomes of it`, one line each. */
  readonly notes: readonly string[];
}

type Config = Migrated['config'];
type Meter = NonNullable<Config['meters']>[number];

const MINUTE = 60;
/** The speed that mbus-mqtt-gateway takes if none is set. */
const USUAL_BAUD = 9600;
/**
 * The `config.yaml` of mbus-mqtt-gateway 2, or the `config.json` of version 1, which is known by its flat keys.
 * @param old as YAML is read
 */
export function migrate(old: Section): Migrated {
  const migrated = versionOf(old) === 1 ? first(old) : second(old);
  return { config: migrated, notes: [...notesOn(old), ...warnings(migrated.meters ?? [])] };
}

/** Of mbus-mqtt-gateway, by the keys that only its files have; null for any other file. */
export function versionOf(old: Section): 1 | 2 | null {
  if ('mqtt_broker' in old || 'mbus_port' in old) return 1;
  return 'mbus' in old || 'broker' in sectionOf(old.mqtt) ? 2 : null;
}

function first(old: Section): Config {
  const line = lineOf(old.mbus_port, old.mbus_baudrate ?? USUAL_BAUD);
  const interval = durationOf(old.reading_interval_minutes ?? 1, MINUTE);
  const known = sectionsOf(old.known_devices)
    .filter(({ enabled }) => enabled !== false)
    .map((device) => knownMeter(device, line, interval));
  const isSearched = old.enable_discovery !== false || known.length === 0;
  const rescan = durationOf(old.mbus_scan_interval_minutes ?? old.discovery_interval_minutes ?? 60, MINUTE);
  return {
    mqtt: {
      ...brokerOf(old.mqtt_broker, old.mqtt_port, old.mqtt_username, old.mqtt_password),
      ...topicsOf(old.mqtt_topic, 'mbus'),
    },
    ...(old.enable_debug === true && { log: { level: 'debug' } }),
    meters: [...known, ...(isSearched ? [allMeters(line, interval, rescan)] : [])],
  };
}

function knownMeter(device: Section, line: ReturnType<typeof lineOf>, usual: string | null): Meter {
  const address = textOf(device.address) ?? '0';
  const name = textOf(device.name);
  const interval =
    durationOf(device.poll_interval_seconds) ?? durationOf(device.poll_interval_minutes, MINUTE) ?? usual;
  return {
    id: `mbus_meter_${address}`,
    ...(name && { name }),
    ...line,
    ...(device.baudrate !== undefined && lineOf(line.address, device.baudrate)),
    meter: /^\d{1,3}$/.test(address) ? Number(address) : address,
    ...(interval && { interval }),
  };
}

/** Its meters were found by searching, and are found again. */
function allMeters(line: ReturnType<typeof lineOf>, interval: string | null, rescan: string | null): Meter {
  return {
    id: 'mbus_meter',
    ...line,
    meter: 'all',
    ...(rescan && { discover: 'interval', rescan }),
    ...(interval && { interval }),
  };
}

function second(old: Section): Config {
  const [mqtt, mbus, homeassistant] = [old.mqtt, old.mbus, old.homeassistant].map(sectionOf);
  const line = lineOf(mbus?.port, mbus?.baudrate ?? USUAL_BAUD);
  const prefix = textOf(homeassistant?.discovery_prefix);
  const expireAfter = durationOf(sectionOf(homeassistant?.availability).expire_after);
  return {
    mqtt: {
      ...brokerOf(mqtt?.broker, mqtt?.port, mqtt?.username, mqtt?.password),
      ...sessionOf(mqtt ?? {}),
      ...topicsOf(mqtt?.topic_prefix, 'homeassistant'),
    },
    ...logOf(sectionOf(old.logging)),
    ...httpOf(sectionOf(old.monitoring)),
    store: storeOf(sectionOf(old.persistence)),
    ...(prefix && { homeassistant: { discovery_prefix: prefix } }),
    ...breakerOf(sectionOf(sectionOf(old.advanced).circuit_breaker)),
    meters: [
      {
        ...allMeters(line, durationOf(mbus?.read_interval ?? 15), durationOf(mbus?.scan_interval ?? 3600)),
        ...(expireAfter && { expire_after: expireAfter }),
      },
    ],
  };
}

function warnings(meters: readonly Meter[]): readonly string[] {
  const isFast = meters.some(({ interval }) => /^([1-9]|[1-5]\d)s$/.test(interval ?? ''));
  return isFast
    ? [
        'meters[].interval: is taken over, but drains the battery of heat and water meters; 15m or more is better for them',
      ]
    : [];
}
