/** A meter family: one file each. */
export interface KmpProfile {
  readonly model: string;
  /** What is read unless the configuration says otherwise: eight registers cost one exchange, and little battery. */
  readonly parameters: readonly string[];
  /** Its volume is drinking water, not what flows through a heating. */
  readonly isWaterMeter?: true;
}
