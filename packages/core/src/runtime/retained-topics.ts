import type { BaseConfig } from '../config/index.ts';
import type { Layout, MeterEntities } from '../discovery/index.ts';
import type { Meter } from '../model/index.ts';
import type { Topics } from '../mqtt/index.ts';
import type { KeptTopics } from './retained-record.ts';

/** Topics on which the broker keeps something of a meter. */
export function keptTopics(
  { mqtt: { output, retain }, homeassistant }: BaseConfig,
  topics: Topics,
  layout: Layout,
  entities: MeterEntities,
): KeptTopics {
  const { meter, measurements } = entities;
  const others = [topics.availability(meter)];
  if (homeassistant.enabled) others.push(...layout.announcements(entities).map(({ topic }) => topic));
  if (retain && output !== 'json')
    others.push(...Array.from(measurements.keys(), (key) => topics.attribute(meter, key)));
  return { reading: retain && output !== 'attributes' ? topics.reading(meter) : null, others };
}

/** Topics on which the broker keeps something of the bridge itself. */
export function ownTopics({ homeassistant }: BaseConfig, topics: Topics, { app }: Layout): readonly string[] {
  const { bridgeState, bridgeInfo } = topics;
  return [bridgeState, bridgeInfo, ...(homeassistant.enabled ? app.map(({ topic }) => topic) : [])];
}

/** The id in the configuration that a meter is there for: its own or `configId`, that of a meter in front of it, or its line. */
export function ownerOf(meter: Meter, configured: ReadonlySet<string>, line: string): string {
  for (const id of [meter.id, meter.configId]) if (id && configured.has(id)) return id;
  return meter.via ? ownerOf(meter.via, configured, line) : line;
}
