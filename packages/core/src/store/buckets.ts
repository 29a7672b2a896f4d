import { include, type Summary, summaryOf } from './summary.ts';

/** A summary, and when its time begins: milliseconds since 1970. */
export interface Bucket extends Summary {
  readonly time: number;
}

type Numbers = [time: number, count: number, sum: number, min: number, max: number];
/** So many of a bucket. */
const WIDTH = 5;

/** Buckets of one value, ascending, as plain numbers in one list: as objects they would take four times the memory. */
export class Buckets {
  /** {@link Numbers} of one after the other. */
  readonly #numbers: number[] = [];

  get length(): number {
    return this.#numbers.length / WIDTH;
  }

  /** What comes with a time before that of the last bucket belongs to that one. @returns whether there is one more */
  add(time: number, value: number): boolean {
    const numbers = this.#numbers;
    const last = numbers.length - WIDTH;
    if (last < 0 || time > numbers[last]!) {
      numbers.push(time, 1, value, value, value);
      return true;
    }
    const bucket = this.#at(last);
    include(bucket, summaryOf(value));
    numbers.splice(last, WIDTH, bucket.time, bucket.count, bucket.sum, bucket.min, bucket.max);
    return false;
  }

  dropOldest(): void {
    this.#numbers.splice(0, WIDTH);
  }

  *[Symbol.iterator](): Generator<Bucket> {
    for (let at = 0; at < this.#numbers.length; at += WIDTH) yield this.#at(at);
  }

  #at(at: number): Bucket {
    const [time, count, sum, min, max] = this.#numbers.slice(at, at + WIDTH) as Numbers;
    return { time, count, sum, min, max };
  }
}
