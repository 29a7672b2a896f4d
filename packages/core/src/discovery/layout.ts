import type { Reading } from '../model/index.ts';
import type { Message } from '../mqtt/index.ts';
import { bridgeDeviceMessage } from './bridge-device.ts';
import { type DiscoverySettings, deviceMessage, type MeterEntities } from './entity.ts';

/** In what form Home Assistant is told of meters. Pure. */
export interface Layout {
  /** Announce the app itself; none if no meter refers to it. */
  readonly app: readonly Message[];
  /**
   * Announce a meter: retained, each on a topic of its own.
   * @param removed see {@link deviceMessage}
   */
  announcements(entities: MeterEntities, removed?: readonly string[]): readonly Message[];
  /** What a reading is published as, besides the usual topics. */
  states(reading: Reading): readonly Message[];
}

/** One device for each meter, whose entities show the usual topics. */
export function deviceLayout(settings: DiscoverySettings): Layout {
  return {
    app: [bridgeDeviceMessage(settings)],
    announcements: (entities, removed) => [deviceMessage(settings, entities, removed)],
    states: () => [],
  };
}
