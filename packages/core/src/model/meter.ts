import type { Control } from './control.ts';

/** The device that counts. Which one it is never depends on how it is reached. */
export interface Meter {
  /** Its level in the topics: the id from the configuration, or derived from its parent's. */
  readonly id: string;
  /** Id in the configuration whose settings it has, where that is not its own; null: it has none. */
  readonly configId?: string | null;
  /** Device type in the topics: `dsmr`, `multical`, … */
  readonly type: string;
  /** For people. */
  readonly name: string;
  /** Stable for ever, unique among all meters of the app; from the serial number where there is one. */
  readonly uniqueId: string;
  readonly serialNumber: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly firmware: string | null;
  /** The meter it is read through, e.g. the electricity meter in front of a gas meter. */
  readonly via: Meter | null;
  /** Milliseconds between two readings, as far as is known; null if they come irregularly. */
  readonly intervalMs: number | null;
  /** What it can be told to do. */
  readonly controls?: readonly Control[];
}

/** How many meters it is read through. */
export function depthOf({ via }: Meter): number {
  return via ? depthOf(via) + 1 : 0;
}
