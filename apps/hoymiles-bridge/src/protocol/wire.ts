import { latin1 } from '@meterbridge/core/codec';

const INT_32 = 2 ** 32;

/**
 * Reads the wire format of protocol buffers as nearly all messages use it. At anything else it gives up, so that
 * whoever reads with it needs another reader for the rest: groups, damage, text beyond ASCII.
 */
export class WireReader {
  /** Where the next byte is; behind the end after giving up. */
  at = 0;
  readonly #bytes: Uint8Array;
  // Both halves of the number that was read last.
  #low = 0;
  #high = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** Each byte was read and understood. */
  get isWhole(): boolean {
    return this.at === this.#bytes.length;
  }

  /** Ends all reading. */
  giveUp(): void {
    this.at = this.#bytes.length + 1;
  }

  /** A message must end where its length said. */
  close(end: number): void {
    if (this.at !== end) this.giveUp();
  }

  /** Eight times the number of a field, and its wire type; 0 if that takes more than two bytes. */
  tag(): number {
    const byte = this.#bytes[this.at++]!;
    if (byte < 0x80) return byte;
    const next = this.#bytes[this.at++]!;
    return next < 0x80 ? (next << 7) | (byte & 0x7f) : 0;
  }

  /** Passes over a field that is not known. Groups are no longer sent by anybody (proto3). */
  skip(tag: number): void {
    if (tag < 1 << 3) this.giveUp();
    else if ((tag & 7) === 0) this.#read();
    else if ((tag & 7) === 1) this.at += 8;
    else if ((tag & 7) === 2) this.at = this.end();
    else if ((tag & 7) === 5) this.at += 4;
    else this.giveUp();
  }

  int32(): number {
    const byte = this.#bytes[this.at]!;
    if (byte < 0x80) {
      this.at++;
      return byte;
    }
    this.#read();
    return this.#low;
  }

  uint32(): number {
    return this.int32() >>> 0;
  }

  /** The nearest double. */
  int64(): number {
    this.#read();
    return this.#high * INT_32 + (this.#low >>> 0);
  }

  /** The nearest double. */
  uint64(): number {
    this.#read();
    return (this.#high >>> 0) * INT_32 + (this.#low >>> 0);
  }

  /** Where the field ends whose length comes next. */
  end(): number {
    const end = this.uint32() + this.at;
    if (end <= this.#bytes.length) return end;
    this.giveUp();
    return this.at;
  }

  ascii(): string {
    const end = this.end();
    const from = this.at;
    while (this.at < end) if (this.#bytes[this.at++]! >= 0x80) this.giveUp();
    return this.at === end ? latin1(this.#bytes, from, end) : '';
  }

  /** A varint has up to ten bytes of seven bits, the lowest first. */
  #read(): void {
    const bytes = this.#bytes;
    let { at } = this;
    let low = 0;
    let high = 0;
    for (let shift = 0; shift < 70; shift += 7) {
      const byte = bytes[at++]!;
      const bits = byte & 0x7f;
      if (shift <= 28) low |= bits << shift;
      if (shift === 28) high = bits >>> 4;
      if (shift > 28) high |= bits << (shift - 32);
      if (byte < 0x80) {
        this.at = at;
        this.#low = low;
        this.#high = high;
        return;
      }
    }
    this.giveUp();
  }
}
