import type { Decimal } from '@meterbridge/core/codec';
import type { Instant } from '@meterbridge/core/model';
import type { ObisEntry } from './obis.ts';

/** One row of a list: a failure, a monthly peak, one of two limits. A type, no interface: as such it is a `Row` as well. */
export type ListEntry = {
  readonly timestamp?: Instant | null;
  /** When a peak occurred; `timestamp` is when it was stored. */
  readonly occurred?: Instant | null;
  readonly value: Decimal | null;
  readonly unit: string | null;
};

export type ObjectValue = Decimal | string | Instant | readonly ListEntry[] | readonly string[] | null;

/** What some objects tell besides their value. Absent: the object has no such thing. Null: it is empty or impossible. */
export interface Details {
  /** Capture time of a reading or a peak. */
  readonly timestamp?: Instant | null;
  /** Entries that the meter announces; may differ from those that follow. */
  readonly count?: number;
  /** Status byte of a DSMR 2.2 or 3.0 reading, hexadecimal. */
  readonly status?: string;
  /** Recording period of a DSMR 2.2 or 3.0 reading. */
  readonly periodMinutes?: number | null;
  /** Set where the content shows that the code means something else in this country. */
  readonly name?: string;
}

/** What an object line tells, apart from its code. Parsers fill it in place. */
export interface Content {
  value: ObjectValue;
  /** In its usual spelling; null without one. */
  unit: string | null;
  details: Details | undefined;
}

/** One decoded line of a telegram. */
export interface P1Object extends Readonly<Content> {
  /** A-B:C.D.E, value group F left out. */
  readonly obis: string;
  readonly entry: ObisEntry | null;
  /** Where everything behind the code stands in the telegram. */
  readonly from: number;
  readonly to: number;
}
