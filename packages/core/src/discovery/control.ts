import type { Control } from '../model/index.ts';
import type { DiscoverySettings, MeterEntities } from './entity.ts';
import { deviceId, entityName, infoTemplate, valueTemplate } from './name.ts';

type Component = Readonly<Record<string, unknown>>;

/** Whose control it is, and where it shows how it is set; null: nowhere. */
export interface ControlPlace {
  readonly deviceId: string;
  readonly deviceName: string;
  readonly commandTopic: string;
  readonly state: Component | null;
}

/** Home Assistant's component for something that a meter can be told to do. */
export function controlOf(settings: DiscoverySettings, entities: MeterEntities, control: Control): Component {
  const { meter } = entities;
  return controlAt(control, {
    deviceId: deviceId(settings.app, meter),
    deviceName: meter.name,
    commandTopic: settings.topics.command(meter, control.key),
    state: stateOf(settings, entities, control),
  });
}

export function controlAt(
  { key, name, kind, unit, min, max, step, options, deviceClass }: Control,
  { deviceId: id, deviceName, commandTopic, state }: ControlPlace,
): Component {
  return {
    platform: kind,
    unique_id: `${id}_set_${key}`,
    name: entityName(name, deviceName),
    command_topic: commandTopic,
    qos: 1,
    // Who comes back after hours must not repeat what was wanted then.
    retain: false,
    device_class: deviceClass,
    entity_category: 'config',
    ...(kind !== 'button' && (state ?? { optimistic: true })),
    ...(kind === 'number' && { unit_of_measurement: unit, min, max, step, mode: 'box' }),
    ...(kind === 'switch' && { payload_on: 'ON', payload_off: 'OFF' }),
    ...(kind === 'button' && { payload_press: 'PRESS' }),
    ...(kind === 'select' && { options }),
  };
}

function stateOf(
  { topics, output }: DiscoverySettings,
  { meter, measurements }: MeterEntities,
  { shows, inInfo }: Control,
): Component | null {
  if (inInfo !== undefined)
    return { state_topic: topics.bridgeInfo, value_template: infoTemplate(meter, inInfo) };
  const isShown = shows !== undefined && measurements.has(shows);
  if (!isShown) return null;
  return output === 'attributes'
    ? { state_topic: topics.attribute(meter, shows) }
    : { state_topic: topics.reading(meter), value_template: valueTemplate(shows) };
}
