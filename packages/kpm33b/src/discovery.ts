import { type Level, type Measurement, measurements } from './measurements.ts';
import { type MeterSettings, type ProxySettings, uploadSecondsOf } from './settings.ts';
import { dataTopic } from './topics.ts';

/** A retained message for Home Assistant; an empty payload removes the entity. */
export interface DiscoveryMessage {
  readonly topic: string;
  readonly payload: string;
}

/** Everything that Home Assistant is told of a meter, the values that are switched off included. */
export function discoveryMessages(settings: ProxySettings, id: string): readonly DiscoveryMessage[] {
  const { discoveryPrefix, meters } = settings;
  return measurements.map((measurement) => ({
    topic: `${discoveryPrefix}/sensor/kpm33b_${id}/${measurement.object}/config`,
    payload: isEnabled(meters, id, measurement) ? JSON.stringify(entityOf(settings, id, measurement)) : '',
  }));
}

/** Whether a meter's messages hold this value. */
export function isEnabled(meters: MeterSettings, id: string, { group }: Measurement): boolean {
  return group === null || (meters.perPhaseMeters.has(id) && meters.perPhaseGroups.has(group));
}

function entityOf(settings: ProxySettings, id: string, measurement: Measurement) {
  const { key, object, level, name, deviceClass, stateClass, unit, precision } = measurement;
  const { meters } = settings;
  return {
    name,
    unique_id: `kpm33b_${id}_${object}`,
    state_topic: dataTopic(settings, id, level),
    device_class: deviceClass,
    state_class: stateClass,
    ...(unit !== null && { unit_of_measurement: unit }),
    value_template: `{{ value_json.${key} }}`,
    suggested_display_precision: precision,
    expire_after: Math.floor(intervalSeconds(meters, id, level) * meters.expireAfterFactor),
    device: {
      identifiers: [`kpm33b_${id}`],
      name: meters.contexts.get(id) ?? `KPM33B ${id}`,
      manufacturer: 'compere-power.com',
      model: 'KPM33B',
    },
  };
}

function intervalSeconds(meters: MeterSettings, id: string, level: Level): number {
  return level === 'seconds' ? uploadSecondsOf(meters, id) : 60 * meters.uploadMinutes;
}
