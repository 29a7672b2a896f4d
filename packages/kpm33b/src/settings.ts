import type { PerPhaseGroup } from './measurements.ts';

/** What is asked of the meters, and what is made of their messages. Maps and sets are by device id. */
export interface MeterSettings {
  /** Seconds between two uploads of electrical values. */
  readonly uploadSeconds: number;
  /** Other seconds for some meters. */
  readonly uploadSecondsByMeter: ReadonlyMap<string, number>;
  /** Minutes between two uploads of counters. */
  readonly uploadMinutes: number;
  /** Home Assistant takes a value for lost after so many intervals. */
  readonly expireAfterFactor: number;
  readonly perPhaseMeters: ReadonlySet<string>;
  readonly perPhaseGroups: ReadonlySet<PerPhaseGroup>;
  readonly excluded: ReadonlySet<string>;
  /** Times that are remembered of each meter and level, to know a message that comes twice. */
  readonly rememberedTimes: number;
  /** Topic levels between the main topic and the id; the name of the device, too. */
  readonly contexts: ReadonlyMap<string, string>;
}

export interface ProxySettings {
  /** Topics on which the meters publish electrical values and counters. */
  readonly secondsTopic: string;
  readonly minutesTopic: string;
  /** First level or levels of what is published. */
  readonly mainTopic: string;
  /** Of Home Assistant. */
  readonly discoveryPrefix: string;
  readonly meters: MeterSettings;
}

/** Seconds between two uploads of a meter. */
export function uploadSecondsOf(meters: MeterSettings, id: string): number {
  return meters.uploadSecondsByMeter.get(id) ?? meters.uploadSeconds;
}
