/** What a value did within some stretch of time that begins at `timeMs`. */
export interface HistoryPoint {
  readonly timeMs: number;
  readonly min: number;
  readonly mean: number;
  readonly max: number;
}

export interface HistoryQuery {
  /** Id of the meter. */
  readonly meter: string;
  /** Key of the measurement. */
  readonly parameter: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** More points than this are merged. */
  readonly maxPoints: number;
}

/** Where the page's plots come from. */
export interface HistoryReader {
  /** Points in the order of time; empty where nothing is known. */
  query(query: HistoryQuery): readonly HistoryPoint[];
}

const BUCKET_MS = 10_000;
/** Six hours. */
const POINTS_PER_VALUE = 2_160;
const POINTS = 100_000;
const VALUES = 20_000;

interface Bucket {
  timeMs: number;
  min: number;
  max: number;
  sum: number;
  count: number;
}

/** The last hours, in memory: fewer of them where there are many values. */
export class MemoryHistory implements HistoryReader {
  readonly #values = new Map<string, Bucket[]>();
  #points = 0;

  record(meter: string, parameter: string, value: number, timeMs: number): void {
    const name = nameOf(meter, parameter);
    let buckets = this.#values.get(name);
    if (!buckets) {
      if (this.#values.size >= VALUES) return;
      buckets = [];
      this.#values.set(name, buckets);
    }
    const start = timeMs - (timeMs % BUCKET_MS);
    const last = buckets.at(-1);
    if (last && start <= last.timeMs) {
      include(last, { min: value, max: value, sum: value, count: 1 });
      return;
    }
    buckets.push({ timeMs: start, min: value, max: value, sum: value, count: 1 });
    this.#points++;
    if (buckets.length <= 1 || (buckets.length <= POINTS_PER_VALUE && this.#points <= POINTS)) return;
    buckets.shift();
    this.#points--;
  }

  query({ meter, parameter, fromMs, toMs, maxPoints }: HistoryQuery): readonly HistoryPoint[] {
    const buckets = this.#values.get(nameOf(meter, parameter)) ?? [];
    const inside = buckets.filter(({ timeMs }) => timeMs + BUCKET_MS > fromMs && timeMs <= toMs);
    return merge(inside, fromMs, toMs, maxPoints).map(({ timeMs, min, max, sum, count }) => ({
      timeMs,
      min,
      mean: sum / count,
      max,
    }));
  }
}

function merge(buckets: readonly Bucket[], fromMs: number, toMs: number, maxPoints: number): Bucket[] {
  if (buckets.length <= maxPoints) return [...buckets];
  const stepMs = (toMs - fromMs + BUCKET_MS) / maxPoints;
  const merged: Bucket[] = [];
  let step = -1;
  for (const bucket of buckets) {
    const at = Math.floor((bucket.timeMs - fromMs) / stepMs);
    const last = merged.at(-1);
    if (last && (at === step || merged.length === maxPoints)) include(last, bucket);
    else merged.push({ ...bucket });
    step = at;
  }
  return merged;
}

function include(bucket: Bucket, { min, max, sum, count }: Omit<Bucket, 'timeMs'>): void {
  bucket.min = Math.min(bucket.min, min);
  bucket.max = Math.max(bucket.max, max);
  bucket.sum += sum;
  bucket.count += count;
}

function nameOf(meter: string, parameter: string): string {
  return `${meter}\n${parameter}`;
}
