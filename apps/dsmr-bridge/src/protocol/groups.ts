import { type Decimal, latin1 } from '@meterbridge/core/codec';
import type { Instant } from '@meterbridge/core/model';
import { closeBracket, OPEN } from './brackets.ts';
import type { ListEntry } from './object.ts';
import { type MeterClock, parseTime } from './timestamp.ts';
import { parseUnit } from './unit.ts';
import { readQuantity } from './value.ts';

/** The bracket groups of an object line: `(a)(b)(c)`. */
export class BracketGroups {
  readonly #bytes: Uint8Array;
  /** Offsets where the contents begin and end, in turn. */
  readonly #spans: readonly number[];

  private constructor(bytes: Uint8Array, spans: readonly number[]) {
    this.#bytes = bytes;
    this.#spans = spans;
  }

  /** The groups that follow each other from the `(` at `from` on; null if one of them does not end. */
  static at(bytes: Uint8Array, from: number, limit: number): BracketGroups | null {
    const spans: number[] = [];
    for (let open = from; bytes[open] === OPEN; ) {
      const close = closeBracket(bytes, open + 1, limit);
      if (close < 0) return null;
      spans.push(open + 1, close);
      open = close + 1;
    }
    return new BracketGroups(bytes, spans);
  }

  /** Offset behind the last group. */
  get end(): number {
    return this.#spans.at(-1)! + 1;
  }

  get length(): number {
    return this.#spans.length / 2;
  }

  isEmpty(at: number): boolean {
    return this.#from(at) === this.#to(at);
  }

  text(at: number): string {
    return latin1(this.#bytes, this.#from(at), this.#to(at));
  }

  texts(): readonly string[] {
    return Array.from({ length: this.length }, (_, at) => this.text(at));
  }

  unit(at: number): string | null {
    return this.isEmpty(at) ? null : parseUnit(this.#bytes, this.#from(at), this.#to(at));
  }

  /** Number and unit of a group; null for what is no number. */
  quantity(at: number, expectedUnit: string | null): ListEntry {
    const found: { value: Decimal | null; unit: string | null } = { value: null, unit: null };
    readQuantity(this.#bytes, this.#from(at) - 1, this.#to(at) + 1, expectedUnit, found);
    return found;
  }

  time(at: number, clock: MeterClock): Instant | null {
    return parseTime(this.#bytes, this.#from(at), this.#to(at), clock);
  }

  /** A number of entries or minutes: up to four digits, else null. */
  count(at: number): number | null {
    const to = this.#to(at);
    let count = to - this.#from(at) > 4 || this.isEmpty(at) ? null : 0;
    for (let from = this.#from(at); count !== null && from < to; from++) {
      const digit = this.#bytes[from]! - 0x30;
      count = digit >= 0 && digit <= 9 ? count * 10 + digit : null;
    }
    return count;
  }

  #from(at: number): number {
    return this.#spans[2 * at]!;
  }

  #to(at: number): number {
    return this.#spans[2 * at + 1]!;
  }
}
