import { isDeviceId } from './device-id.ts';
import type { KnownTexts } from './known-texts.ts';
import type { MeterMessage } from './message.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const MINUS = 0x2d;
const POINT = 0x2e;
const ZERO = 0x30;
const BLANK = 0x20;
const TILDE = 0x7e;
const OPEN = 0x7b;
const COMMA = 0x2c;
const COLON = 0x3a;
const CLOSE = 0x7d;
/** The tags with texts; all others have numbers. */
const TEXTS: ReadonlySet<string> = new Set(['id', 'time', 'isend']);
/** No tag is longer, and no id, time or isend: whoever sends more shall not fill the memory. */
const MOST_TEXT_BYTES = 32;
/** 15 digits at most: such a number and a power of ten are both exact, so their quotient is the nearest one there is. */
const MOST_NUMBER_BYTES = 15;
const POWERS_OF_TEN = Array.from({ length: MOST_NUMBER_BYTES }, (_, power) => 10 ** power);

/**
 * The form of the messages of one kind of meter: always the same tags in the same order. A message of this form is read
 * without making an object of it, with the result that `JSON.parse` would have.
 */
export class Layout implements MeterMessage {
  id = '';
  time: string | null = null;
  readonly isWhole = true;
  isPhantom = true;
  /** What stands between the values, one after the other. */
  readonly #between: Uint8Array;
  /** Where in there each value belongs. */
  readonly #cuts: readonly number[];
  readonly #isText: readonly boolean[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #known: KnownTexts;
  #bytes: Uint8Array = new Uint8Array();
  /** Where in the message each value begins. */
  readonly #starts: Uint32Array;

  private constructor(bytes: Uint8Array, values: readonly Value[], known: KnownTexts) {
    const isBetween = new Uint8Array(bytes.length).fill(1);
    for (const { start, end } of values) isBetween.fill(0, start, end);
    this.#between = bytes.filter((_, at) => isBetween[at] === 1);
    let length = 0;
    this.#cuts = values.map(({ start, end }) => {
      const cut = start - length;
      length += end - start;
      return cut;
    });
    this.#isText = values.map(({ tag }) => TEXTS.has(tag));
    this.#places = new Map(values.map(({ tag }, place) => [tag, place]));
    this.#starts = new Uint32Array(values.length);
    this.#known = known;
  }

  /** The form of a message; null if it is not one that can be read in this way. */
  static of(bytes: Uint8Array, known: KnownTexts): Layout | null {
    const values = valuesOf(bytes);
    return values && new Layout(bytes, values, known);
  }

  /**
   * Reads a message; this object is that message until the next one is read. False if it has another form, or something
   * in it is not as usual.
   */
  read(bytes: Uint8Array): boolean {
    const between = this.#between;
    const cuts = this.#cuts;
    this.#bytes = bytes;
    this.isPhantom = true;
    let at = 0;
    let expected = 0;
    for (let place = 0; place < cuts.length; place++) {
      for (const cut = cuts[place]!; expected < cut; expected++)
        if (bytes[at++] !== between[expected]) return false;
      this.#starts[place] = at;
      at = this.#isText[place] ? textEnd(bytes, at) : this.#numberEnd(bytes, at);
    }
    for (; expected < between.length; expected++) if (bytes[at++] !== between[expected]) return false;
    return at === bytes.length && this.#readTexts();
  }

  valueOf(tag: string): number | null {
    const place = this.#places.get(tag);
    return place === undefined ? null : numberAt(this.#bytes, this.#starts[place]!);
  }

  #numberEnd(bytes: Uint8Array, start: number): number {
    const end = numberEnd(bytes, start);
    // Nothing that is expected there is found behind the last byte.
    if (end === start) return bytes.length;
    if (this.isPhantom) this.isPhantom = isZero(bytes, start, end);
    return end;
  }

  #readTexts(): boolean {
    this.id = this.#textOf('id');
    this.time = this.#textOf('time');
    return this.#textOf('isend') === '1' && this.time !== '' && isDeviceId(this.id);
  }

  #textOf(tag: string): string {
    const start = this.#starts[this.#places.get(tag)!]!;
    return this.#known.read(this.#bytes, start, textEnd(this.#bytes, start));
  }
}

interface Value {
  readonly tag: string;
  readonly start: number;
  readonly end: number;
}

/** Each value of an object without blanks, with one value per tag; null if the bytes are anything else. */
function valuesOf(bytes: Uint8Array): readonly Value[] | null {
  const values: Value[] = [];
  const tags = new Set<string>();
  for (let at = 0; ; ) {
    if (bytes[at] !== (at === 0 ? OPEN : COMMA) || bytes[at + 1] !== QUOTE) return null;
    const tagEnd = textEnd(bytes, at + 2);
    const tag = String.fromCharCode(...bytes.subarray(at + 2, tagEnd));
    const isText = TEXTS.has(tag);
    const start = tagEnd + (isText ? 3 : 2);
    if (bytes[tagEnd] !== QUOTE || bytes[tagEnd + 1] !== COLON || tags.has(tag)) return null;
    if (isText && bytes[tagEnd + 2] !== QUOTE) return null;
    const end = isText ? textEnd(bytes, start) : numberEnd(bytes, start);
    values.push({ tag, start, end });
    tags.add(tag);
    at = isText ? end + 1 : end;
    if (isText ? bytes[end] !== QUOTE : end === start) return null;
    if (bytes[at] === CLOSE) return at + 1 === bytes.length && hasTexts(tags) ? values : null;
  }
}

function hasTexts(tags: ReadonlySet<string>): boolean {
  return [...TEXTS].every((tag) => tags.has(tag));
}

/** Behind a text, or before something in it that JSON might write in another way; `from` if it is long. */
function textEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  for (let byte = bytes[at]!; byte !== QUOTE && byte !== BACKSLASH && byte >= BLANK && byte <= TILDE; )
    byte = bytes[++at]!;
  return at - from > MOST_TEXT_BYTES ? from : at;
}

/** Behind a number without exponent (RFC 8259, section 6); `from` if there is none, or one with many digits. */
function numberEnd(bytes: Uint8Array, from: number): number {
  let at = bytes[from] === MINUS ? from + 1 : from;
  const first = at;
  if (bytes[at] === ZERO) at++;
  else at = digitsEnd(bytes, at);
  if (at === first) return from;
  if (bytes[at] === POINT) {
    const fraction = at + 1;
    at = digitsEnd(bytes, fraction);
    if (at === fraction) return from;
  }
  return at - from > MOST_NUMBER_BYTES ? from : at;
}

function digitsEnd(bytes: Uint8Array, from: number): number {
  let at = from;
  while (bytes[at]! >= ZERO && bytes[at]! <= ZERO + 9) at++;
  return at;
}

function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at]! > ZERO) return false;
  return true;
}

/** @param from where one begins that `numberEnd` has found good */
function numberAt(bytes: Uint8Array, from: number): number {
  const isNegative = bytes[from] === MINUS;
  let number = 0;
  let point = 0;
  let at = isNegative ? from + 1 : from;
  for (; ; at++) {
    const byte = bytes[at]!;
    if (byte === POINT) point = at;
    else if (byte >= ZERO && byte <= ZERO + 9) number = 10 * number + byte - ZERO;
    else break;
  }
  const value = point === 0 ? number : number / POWERS_OF_TEN[at - point - 1]!;
  return isNegative ? -value : value;
}
