export const FAULTS = ['crc', 'truncate', 'noise', 'silence'] as const;
export type Fault = (typeof FAULTS)[number];

/** One telegram in this many is struck by each fault that damages it. */
const ONE_IN = 4;
/** Telegrams between two silences, and telegrams that a silence swallows. */
const SILENCE_EVERY = 20;
const SILENCE_LENGTH = 10;

/** Damages a stream of telegrams as real lines do. */
export class FaultyLine {
  readonly #faults: ReadonlySet<Fault>;
  readonly #random: () => number;
  #sent = 0;

  constructor(faults: Iterable<Fault>, random: () => number) {
    this.#faults = new Set(faults);
    this.#random = random;
  }

  /** What arrives of a telegram; empty in a silence. */
  pass(telegram: Uint8Array): Uint8Array {
    const turn = this.#sent++;
    if (this.#faults.has('silence') && turn % SILENCE_EVERY >= SILENCE_EVERY - SILENCE_LENGTH)
      return new Uint8Array(0);
    let bytes = telegram;
    if (this.#strikes('truncate')) bytes = bytes.slice(0, Math.floor(this.#random() * bytes.length));
    if (this.#strikes('crc')) bytes = this.#flipBit(bytes);
    if (this.#strikes('noise')) bytes = this.#withNoise(bytes);
    return bytes;
  }

  #strikes(fault: Fault): boolean {
    return this.#faults.has(fault) && this.#random() < 1 / ONE_IN;
  }

  #flipBit(bytes: Uint8Array): Uint8Array {
    if (bytes.length === 0) return bytes;
    const damaged = bytes.slice();
    damaged[Math.floor(this.#random() * damaged.length)]! ^= 1 << Math.floor(this.#random() * 7);
    return damaged;
  }

  #withNoise(bytes: Uint8Array): Uint8Array {
    const noise = Uint8Array.from(
      { length: 1 + Math.floor(this.#random() * 60) },
      () => this.#random() * 256,
    );
    const joined = new Uint8Array(noise.length + bytes.length);
    joined.set(noise);
    joined.set(bytes, noise.length);
    return joined;
  }
}
