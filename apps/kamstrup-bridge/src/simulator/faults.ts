export const FAULTS = ['crc', 'drop', 'noise', 'slow', 'missing-register'] as const;
export type Fault = (typeof FAULTS)[number];

/** One answer in this many is struck by each fault. */
const ONE_IN = 4;
/** A slow answer begins after this time, as late as a meter may. */
const SLOW_MS = 1_500;

/** What becomes of one answer on its way. */
export interface Passage {
  readonly bytes: Uint8Array;
  readonly delayMs: number;
}

/** Damages answers as optical heads and tired meters do. */
export class FaultyHead {
  readonly #faults: ReadonlySet<Fault>;
  readonly #random: () => number;

  /** @param random 0 ≤ x < 1 */
  constructor(faults: Iterable<Fault>, random: () => number) {
    this.#faults = new Set(faults);
    this.#random = random;
  }

  /** What arrives of an answer; null for nothing. */
  pass(answer: Uint8Array): Passage | null {
    if (this.#strikes('drop')) return null;
    const delayMs = this.#strikes('slow') ? SLOW_MS : 0;
    let bytes = answer;
    if (this.#strikes('crc')) bytes = this.#flipBit(bytes);
    if (this.#strikes('noise')) bytes = this.#withNoise(bytes);
    return { bytes, delayMs };
  }

  #strikes(fault: Fault): boolean {
    return this.#faults.has(fault) && this.#random() < 1 / ONE_IN;
  }

  #flipBit(bytes: Uint8Array): Uint8Array {
    const damaged = bytes.slice();
    damaged[1 + Math.floor(this.#random() * (bytes.length - 2))]! ^= 1 << Math.floor(this.#random() * 8);
    return damaged;
  }

  #withNoise(bytes: Uint8Array): Uint8Array {
    const noise = Array.from({ length: 1 + Math.floor(this.#random() * 5) }, () => this.#random() * 256);
    return Uint8Array.from([...noise, ...bytes]);
  }
}
