import type { Level } from './measurements.ts';
import { Recent } from './recent.ts';

/** Ids come from the network: the memory must not grow with them. */
const MAX_METERS = 10_000;

type Times = Record<Level, Set<string>>;

/** The times of the last messages of each meter and level: some meters send each message twice. */
export class SeenTimes {
  readonly #maxTimes: number;
  readonly #meters = new Recent<Times>(MAX_METERS);

  /** @param maxTimes of one meter and level */
  constructor(maxTimes: number) {
    this.#maxTimes = maxTimes;
  }

  /** Remembers the time; false if it was known. */
  add(id: string, level: Level, time: string): boolean {
    let meter = this.#meters.get(id);
    if (meter === undefined) {
      meter = { seconds: new Set(), minutes: new Set() };
      this.#meters.set(id, meter);
    }
    const times = meter[level];
    if (times.has(time)) return false;
    times.add(time);
    if (times.size > this.#maxTimes) times.delete(times.values().next().value ?? '');
    return true;
  }
}
