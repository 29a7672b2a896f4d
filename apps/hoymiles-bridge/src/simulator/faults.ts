export const FAULTS = [
  'silence',
  'crc',
  'truncate',
  'stale',
  'close',
  'byte-count',
  'zeros',
  'not-ready',
  'narrow',
  'no-commands',
  'no-temporary',
  'no-limits',
  'frozen',
] as const;
export type Fault = (typeof FAULTS)[number];

/** One answer in this many is struck by each fault that strikes now and then. */
const ONE_IN = 6;
/** Those that are ways of a device rather than accidents. */
const ALWAYS: ReadonlySet<Fault> = new Set([
  'byte-count',
  'narrow',
  'no-commands',
  'no-temporary',
  'no-limits',
  'frozen',
]);

/** What goes wrong with a simulated DTU. */
export class Faults {
  readonly #faults: ReadonlySet<Fault>;
  readonly #random: () => number;

  constructor(faults: Iterable<Fault>, random: () => number) {
    this.#faults = new Set(faults);
    this.#random = random;
  }

  strikes(fault: Fault): boolean {
    return this.#faults.has(fault) && (ALWAYS.has(fault) || this.#random() < 1 / ONE_IN);
  }

  /** Bytes as they arrive: whole, with a bit that changed, or cut. */
  damaged(bytes: Uint8Array): Uint8Array {
    if (this.strikes('truncate')) return bytes.slice(0, Math.floor(this.#random() * bytes.length));
    if (!this.strikes('crc')) return bytes;
    const damaged = bytes.slice();
    damaged[bytes.length - 1]! ^= 1;
    return damaged;
  }
}
