import type { Control, Measurement, Meter } from '../model/index.ts';
import type { Message, Qos, Topics } from '../mqtt/index.ts';
import { controlOf } from './control.ts';
import { deviceId, entityName, textTemplate, valueTemplate } from './name.ts';

export interface DiscoverySettings {
  /** Name of the running app, as in its topics; the first part of every id in Home Assistant. */
  readonly app: string;
  readonly version: string;
  /** Where users find help, http or https. */
  readonly supportUrl: string;
  readonly topics: Topics;
  /** What readings are published as: one JSON, one topic per value, or both. */
  readonly output: 'json' | 'attributes' | 'both';
  /** With which Home Assistant subscribes to the values. */
  readonly qos: Qos;
  /** What the app itself can be told to do. */
  readonly controls?: readonly Control[];
}

/** What there is to announce of one meter. */
export interface MeterEntities {
  readonly meter: Meter;
  /** By key. `time` and `reachable` are taken: they are entities of every meter. */
  readonly measurements: ReadonlyMap<string, Measurement>;
  /** Seconds without a message until Home Assistant takes the values for gone; null: never. */
  readonly expireAfterS: number | null;
}

type Component = Readonly<Record<string, unknown>>;
type Components = Readonly<Record<string, Component>>;

/**
 * Announces a meter with all its entities to Home Assistant.
 *
 * @param removed keys of entities to remove, that are not among the measurements any more. Home Assistant
 *   wants to be told once; after that the message is sent without them.
 */
export function deviceMessage(
  settings: DiscoverySettings,
  entities: MeterEntities,
  removed: readonly string[] = [],
): Message {
  const { app, topics, output, qos } = settings;
  const { meter, measurements } = entities;
  const hasJson = output !== 'attributes' && measurements.size > 0;
  const announced = [...measurements.values()].filter(({ unannounced }) => unannounced !== true);
  return discoveryMessage(settings, meter.uniqueId, {
    device: deviceOf(app, meter),
    availability: [{ topic: topics.bridgeState }, { topic: topics.availability(meter) }],
    availability_mode: 'all',
    state_topic: hasJson ? topics.reading(meter) : undefined,
    qos,
    components: {
      ...Object.fromEntries(removed.map((key) => [key, { platform: 'sensor' }])),
      ...Object.fromEntries(
        announced.map((measurement) => [measurement.key, sensor(settings, entities, measurement)]),
      ),
      ...Object.fromEntries(
        (meter.controls ?? []).map((control) => [
          `set_${control.key}`,
          controlOf(settings, entities, control),
        ]),
      ),
      ...(hasJson && { time: lastReading(app, meter) }),
      reachable: {
        ...connectivity(deviceId(app, meter), meter.name, topics.availability(meter)),
        availability: [{ topic: topics.bridgeState }],
      },
    },
  });
}

/** Takes back what is retained on a topic; on a discovery topic it removes the device with its entities. */
export function removal(topic: string): Message {
  return { topic, payload: '', qos: 1, retain: true };
}

export interface Body {
  readonly device: Component;
  readonly components: Components;
  readonly [key: string]: unknown;
}

/** A device and its entities. @param objectId the device, in the topic */
export function discoveryMessage(
  settings: DiscoverySettings,
  objectId: string,
  { device, ...body }: Body,
): Message {
  const origin = { name: settings.app, sw_version: settings.version, support_url: settings.supportUrl };
  const payload = JSON.stringify({ device, origin, ...body });
  return { topic: settings.topics.discovery(objectId), payload, qos: 1, retain: true };
}

function deviceOf(app: string, meter: Meter): Component {
  return {
    identifiers: [deviceId(app, meter)],
    name: meter.name,
    manufacturer: meter.manufacturer ?? undefined,
    model: meter.model ?? undefined,
    serial_number: meter.serialNumber ?? undefined,
    sw_version: meter.firmware ?? undefined,
    via_device: meter.via ? deviceId(app, meter.via) : app,
  };
}

function sensor(
  settings: DiscoverySettings,
  { meter, expireAfterS }: MeterEntities,
  measurement: Measurement,
): Component {
  const { app } = settings;
  const { key, name, unit, deviceClass, stateClass, precision, diagnostic, disabledByDefault, options } =
    measurement;
  return {
    platform: 'sensor',
    unique_id: `${deviceId(app, meter)}_${key}`,
    name: entityName(name, meter.name),
    ...stateOf(settings, meter, measurement),
    device_class: deviceClass,
    unit_of_measurement: unit ?? undefined,
    state_class: stateClass,
    suggested_display_precision: precision,
    options,
    entity_category: diagnostic ? 'diagnostic' : undefined,
    enabled_by_default: disabledByDefault ? false : undefined,
    expire_after: expireAfterS === null ? undefined : Math.ceil(expireAfterS),
  };
}

function stateOf({ topics, output }: DiscoverySettings, meter: Meter, measurement: Measurement): Component {
  const { key } = measurement;
  if (output !== 'attributes')
    return { value_template: isText(measurement) ? textTemplate(key) : valueTemplate(key) };
  const template = isText(measurement) ? textTemplate(null) : undefined;
  return { state_topic: topics.attribute(meter, key), value_template: template };
}

/** Nothing says that its values are numbers, times, or one of a few words. */
function isText({ unit, deviceClass, stateClass, precision, options }: Measurement): boolean {
  return unit === null && [deviceClass, stateClass, precision, options].every((trait) => trait === undefined);
}

/** A retained value alone cannot be told from a fresh one. It never expires: it stays true. */
function lastReading(app: string, meter: Meter): Component {
  return {
    platform: 'sensor',
    unique_id: `${deviceId(app, meter)}_time`,
    name: entityName('Last reading', meter.name),
    value_template: valueTemplate('time'),
    device_class: 'timestamp',
    entity_category: 'diagnostic',
  };
}

/** Whether it is there. */
export function connectivity(id: string, deviceName: string, stateTopic: string): Component {
  return {
    platform: 'binary_sensor',
    unique_id: `${id}_reachable`,
    name: entityName('Reachable', deviceName),
    state_topic: stateTopic,
    payload_on: 'online',
    payload_off: 'offline',
    device_class: 'connectivity',
    entity_category: 'diagnostic',
  };
}
