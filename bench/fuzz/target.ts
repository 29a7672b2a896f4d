/** What is given damaged bytes. */
export interface Target {
  readonly name: string;
  /** Sound inputs, as they are on the wire. */
  readonly pool: readonly Uint8Array[];
  /** Chunks of any size follow each other like those of one line; otherwise each one is whole. */
  readonly isStream: boolean;
  /** Bytes that mean something in this protocol. */
  readonly signs: Uint8Array;
  /** The same with checksums that fit, so that what stands behind them has to cope. */
  repaired(bytes: Uint8Array): Uint8Array;
  /**
   * Gives it what arrived.
   * @returns why each thing that was found was refused; null: it was taken
   * @throws whatever must not be: also if something is taken whose checksum does not fit
   */
  push(chunk: Uint8Array): Iterable<string | null>;
  /** The line is silent, or gone. */
  end(): Iterable<string | null>;
}
