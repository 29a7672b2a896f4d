import type { BaseConfig } from '../config/index.ts';
import type { Meter } from '../model/index.ts';
import type { Topics } from '../mqtt/index.ts';
import type { KeptTopics } from './retained-record.ts';

/** Topics on which the broker keeps something of a meter that tells values under these keys. */
export function keptTopics(
  { mqtt: { output, retain }, homeassistant }: BaseConfig,
  topics: Topics,
  meter: Meter,
  keys: readonly string[],
): KeptTopics {
  const others = [topics.availability(meter)];
  if (homeassistant.enabled) others.push(topics.discovery(meter.uniqueId));
  if (retain && output !== 'json') others.push(...keys.map((key) => topics.attribute(meter, key)));
  return { reading: retain && output !== 'attributes' ? topics.reading(meter) : null, others };
}

/** Topics on which the broker keeps something of the bridge itself. */
export function ownTopics({ homeassistant }: BaseConfig, topics: Topics, app: string): readonly string[] {
  const { bridgeState, bridgeInfo } = topics;
  return homeassistant.enabled ? [bridgeState, bridgeInfo, topics.discovery(app)] : [bridgeState, bridgeInfo];
}

/** The id in the configuration that a meter is there for: its own, that of a meter in front of it, or its line. */
export function ownerOf(meter: Meter, configured: ReadonlySet<string>, line: string): string {
  if (configured.has(meter.id)) return meter.id;
  return meter.via ? ownerOf(meter.via, configured, line) : line;
}
