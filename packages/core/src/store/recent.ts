import {
  type HistoryPoint,
  type HistoryQuery,
  include,
  pointOf,
  type Summary,
  summaryOf,
} from './summary.ts';

const BUCKET_MS = 10_000;
/** Six hours. */
const POINTS_PER_VALUE = 2_160;
const POINTS = 100_000;
const VALUES = 20_000;

interface Bucket extends Summary {
  readonly time: number;
}

/** The last hours, in memory: fewer of them where there are many values. */
export class Recent {
  readonly #values = new Map<string, Bucket[]>();
  #points = 0;

  append(meter: string, key: string, epochMs: number, value: number): void {
    const name = nameOf(meter, key);
    let buckets = this.#values.get(name);
    if (!buckets) {
      if (this.#values.size >= VALUES) return;
      buckets = [];
      this.#values.set(name, buckets);
    }
    const time = epochMs - (epochMs % BUCKET_MS);
    const last = buckets.at(-1);
    if (last && time <= last.time) {
      include(last, summaryOf(value));
      return;
    }
    buckets.push({ time, ...summaryOf(value) });
    this.#points++;
    if (buckets.length <= 1 || (buckets.length <= POINTS_PER_VALUE && this.#points <= POINTS)) return;
    buckets.shift();
    this.#points--;
  }

  forget(meter: string): void {
    for (const [name, buckets] of this.#values) {
      if (!name.startsWith(nameOf(meter, ''))) continue;
      this.#values.delete(name);
      this.#points -= buckets.length;
    }
  }

  query({ meter, key, from, to, maxPoints }: HistoryQuery): readonly HistoryPoint[] {
    const inside = this.#of(meter, key).filter(({ time }) => time + BUCKET_MS > from && time <= to);
    return merge(inside, from, to, maxPoints).map((bucket) => pointOf(bucket.time, bucket));
  }

  /** Where the first point begins; null if there is none. */
  begin(meter: string, key: string): number | null {
    return this.#of(meter, key)[0]?.time ?? null;
  }

  /** Values that were appended for this time. */
  count(meter: string, key: string, from: number, end: number): number {
    let sum = 0;
    for (const { time, count } of this.#of(meter, key)) if (time >= from && time < end) sum += count;
    return sum;
  }

  #of(meter: string, key: string): readonly Bucket[] {
    return this.#values.get(nameOf(meter, key)) ?? [];
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

function nameOf(meter: string, key: string): string {
  return `${meter}\n${key}`;
}
