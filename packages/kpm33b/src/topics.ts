import type { Level } from './measurements.ts';
import type { ProxySettings } from './settings.ts';

/** Where the messages of a meter are published: `kpm33b/33B1225950027/seconds`. */
export function dataTopic({ mainTopic, meters }: ProxySettings, id: string, level: Level): string {
  const context = meters.contexts.get(id);
  return context === undefined ? `${mainTopic}/${id}/${level}` : `${mainTopic}/${context}/${id}/${level}`;
}
