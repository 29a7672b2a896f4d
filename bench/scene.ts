import type { Broker } from '@meterbridge/testing';

/** The two brokers of a scene: that of the KPM33B meters, and that of the house. */
export interface Brokers {
  readonly internal: Broker;
  readonly central: Broker;
}

/** An app with one simulated meter before it. */
export interface Scene {
  readonly app: string;
  /** Beside what all apps have. @param interval between two readings of a meter that is polled */
  config(interval: string): object;
  /** Of its first and all further readings; of the config sender, its commands. */
  isReading(topic: string): boolean;
  /** Has the meter send, where meters do so by themselves. */
  readonly push: (() => void) | null;
  /** What is pushed makes a reading each time. */
  readonly tellsEach: boolean;
  /** Readings that an hour brings as a rule. */
  readonly perHour: number;
}
