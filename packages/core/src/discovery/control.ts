import type { Control } from '../model/index.ts';
import type { DiscoverySettings, MeterEntities } from './entity.ts';
import { deviceId, entityName, valueTemplate } from './name.ts';

/** Home Assistant's component for something that a meter can be told to do. */
export function controlOf(
  { app, topics, output }: DiscoverySettings,
  { meter, measurements }: MeterEntities,
  { key, name, kind, unit, min, max, step, deviceClass, shows }: Control,
): Readonly<Record<string, unknown>> {
  const isShown = shows !== undefined && measurements.has(shows);
  const state =
    output === 'attributes'
      ? { state_topic: isShown ? topics.attribute(meter, shows) : undefined }
      : { state_topic: topics.reading(meter), value_template: isShown ? valueTemplate(shows) : undefined };
  return {
    platform: kind,
    unique_id: `${deviceId(app, meter)}_set_${key}`,
    name: entityName(name, meter.name),
    command_topic: topics.command(meter, key),
    qos: 1,
    // Who comes back after hours must not repeat what was wanted then.
    retain: false,
    device_class: deviceClass,
    entity_category: 'config',
    ...(kind !== 'button' && (isShown ? state : { optimistic: true })),
    ...(kind === 'number' && { unit_of_measurement: unit, min, max, step, mode: 'box' }),
    ...(kind === 'switch' && { payload_on: 'ON', payload_off: 'OFF' }),
    ...(kind === 'button' && { payload_press: 'PRESS' }),
  };
}
