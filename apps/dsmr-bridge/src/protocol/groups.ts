import { type Decimal, latin1 } from '@meterbridge/core/codec';
import type { Instant } from '@meterbridge/core/model';
import type { ListEntry } from './object.ts';
import { type MeterClock, parseTime } from './timestamp.ts';
import { parseUnit } from './unit.ts';
import { parseQuantity } from './value.ts';

const OPEN = 0x28;
const CLOSE = 0x29;

/** The bracket groups of an object line: `(a)(b)(c)`. */
export class BracketGroups {
  readonly #bytes: Uint8Array;
  /** Offsets where the contents begin and end, in turn. */
  readonly #spans: readonly number[];

  private constructor(bytes: Uint8Array, spans: readonly number[]) {
    this.#bytes = bytes;
    this.#spans = spans;
  }

  /** The groups that fill `bytes[from, to)`; null if something stands before, between, inside or behind them. */
  static in(bytes: Uint8Array, from: number, to: number): BracketGroups | null {
    const spans: number[] = [];
    let inside = false;
    for (let at = from; at < to; at++) {
      const byte = bytes[at];
      if (byte === (inside ? CLOSE : OPEN)) {
        spans.push(inside ? at : at + 1);
        inside = !inside;
      } else if (!inside || byte === OPEN) return null;
    }
    return inside || spans.length === 0 ? null : new BracketGroups(bytes, spans);
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

  unit(at: number, expected: string | null): string {
    return parseUnit(this.#bytes, this.#from(at), this.#to(at), expected);
  }

  /** Number and unit of a group; null for what is no number. */
  quantity(at: number, expectedUnit: string | null): ListEntry {
    const found: { value: Decimal | null; unit: string | null } = { value: null, unit: null };
    parseQuantity(this.#bytes, this.#from(at) - 1, this.#to(at) + 1, expectedUnit, found);
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
