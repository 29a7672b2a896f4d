/** What was measured within some time. */
export interface Summary {
  count: number;
  sum: number;
  min: number;
  max: number;
}

/** A summary for a plot. */
export interface HistoryPoint {
  /** Where it begins, milliseconds since 1970. */
  readonly time: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
}

export interface HistoryQuery {
  /** `Meter.uniqueId` and `Measurement.key`. */
  readonly meter: string;
  readonly key: string;
  /** Milliseconds since 1970; what they are in the middle of counts. */
  readonly from: number;
  readonly to: number;
  /** More points than this are merged; at least 2. */
  readonly maxPoints: number;
}

export function summaryOf(value: number): Summary {
  return { count: 1, sum: value, min: value, max: value };
}

export function include(summary: Summary, { count, sum, min, max }: Summary): void {
  summary.count += count;
  summary.sum += sum;
  summary.min = Math.min(summary.min, min);
  summary.max = Math.max(summary.max, max);
}

export function pointOf(time: number, { count, sum, min, max }: Summary): HistoryPoint {
  return { time, min, max, mean: sum / count };
}
