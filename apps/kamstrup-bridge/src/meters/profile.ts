/** A meter family: one file each. */
export interface MeterProfile {
  readonly model: string;
  /** What is read unless the configuration says otherwise: eight registers cost one exchange, and little battery. */
  readonly parameters: readonly string[];
  /** Of the generation before KMP; default: KMP. */
  readonly protocol?: 'text';
  /** Its volume is drinking water, not what flows through a heating. */
  readonly isWaterMeter?: true;
}
