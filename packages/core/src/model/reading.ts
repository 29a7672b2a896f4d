import type { Decimal } from '../codec/index.ts';
import type { Instant } from './instant.ts';
import type { Measurement } from './measurement.ts';
import type { Meter } from './meter.ts';

/** One row of a list that a meter keeps, such as its log of power failures. */
export type Row = Readonly<Record<string, Scalar>>;
export type Scalar = Decimal | Instant | string | boolean | null;
/** null: the meter has the measurement but told no value this time. */
export type Value = Scalar | readonly Row[];

export interface MeasuredValue {
  readonly measurement: Measurement;
  readonly value: Value;
}

/** All values of one meter at one instant. */
export interface Reading {
  readonly meter: Meter;
  /** The meter's own clock where it is right, else when the reading arrived. */
  readonly time: Instant;
  readonly values: readonly MeasuredValue[];
  /** The meter told the same as last time: it is there, but nothing needs to be published. */
  readonly unchanged?: boolean;
}
