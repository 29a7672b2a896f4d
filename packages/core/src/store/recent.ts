import { type Bucket, Buckets } from './buckets.ts';
import { type HistoryPoint, type HistoryQuery, include, pointOf } from './summary.ts';

const BUCKET_MS = 10_000;
/** Six hours. */
const POINTS_PER_VALUE = 2_160;
const POINTS = 100_000;
const VALUES = 20_000;

/** The last hours, in memory: fewer of them where there are many values. */
export class Recent {
  /** Meter → key → its buckets. */
  readonly #meters = new Map<string, Map<string, Buckets>>();
  #values = 0;
  #points = 0;

  append(meter: string, key: string, epochMs: number, value: number): void {
    const buckets = this.#bucketsFor(meter, key);
    if (!buckets?.add(epochMs - (epochMs % BUCKET_MS), value)) return;
    this.#points++;
    if (buckets.length <= 1 || (buckets.length <= POINTS_PER_VALUE && this.#points <= POINTS)) return;
    buckets.dropOldest();
    this.#points--;
  }

  forget(meter: string): void {
    const ofMeter = this.#meters.get(meter) ?? new Map<string, Buckets>();
    this.#meters.delete(meter);
    this.#values -= ofMeter.size;
    for (const { length } of ofMeter.values()) this.#points -= length;
  }

  query({ meter, key, from, to, maxPoints }: HistoryQuery): readonly HistoryPoint[] {
    const inside = [...this.#of(meter, key)].filter(({ time }) => time + BUCKET_MS > from && time <= to);
    return merge(inside, from, to, maxPoints).map((bucket) => pointOf(bucket.time, bucket));
  }

  /** Where the first point begins; null if there is none. */
  begin(meter: string, key: string): number | null {
    for (const { time } of this.#of(meter, key)) return time;
    return null;
  }

  /** Values that were appended for this time. */
  count(meter: string, key: string, from: number, end: number): number {
    let sum = 0;
    for (const { time, count } of this.#of(meter, key)) if (time >= from && time < end) sum += count;
    return sum;
  }

  #of(meter: string, key: string): Iterable<Bucket> {
    return this.#meters.get(meter)?.get(key) ?? [];
  }

  /** Null if there is no room for one more value. */
  #bucketsFor(meter: string, key: string): Buckets | null {
    const ofMeter = this.#meters.get(meter) ?? new Map<string, Buckets>();
    const known = ofMeter.get(key);
    if (known) return known;
    if (this.#values >= VALUES) return null;
    const buckets = new Buckets();
    this.#values++;
    this.#meters.set(meter, ofMeter.set(key, buckets));
    return buckets;
  }
}

function merge(buckets: readonly Bucket[], from: number, to: number, maxPoints: number): readonly Bucket[] {
  if (buckets.length <= maxPoints) return buckets;
  const step = (to - from + BUCKET_MS) / maxPoints;
  const merged: Bucket[] = [];
  let before = -1;
  for (const bucket of buckets) {
    const at = Math.floor((bucket.time - from) / step);
    const last = merged.at(-1);
    if (last && (at === before || merged.length === maxPoints)) include(last, bucket);
    else merged.push({ ...bucket });
    before = at;
  }
  return merged;
}
