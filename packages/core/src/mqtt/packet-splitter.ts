/** Control packet types, in the high half of the first byte (MQTT 5, section 2.1.2). */
export const CONNACK = 2;
export const PUBLISH = 3;
export const PUBACK = 4;
const PUBREL = 6;
/** Those that a broker sends. */
const FROM_BROKER: ReadonlySet<number> = new Set([CONNACK, PUBLISH, PUBACK, 5, PUBREL, 7, 9, 11, 13, 14, 15]);
/** A byte of a length that others follow, and how many there are at most (MQTT 5, section 1.5.5). */
const CONTINUES = 0x80;
const MOST_LENGTH_BYTES = 4;

/** One control packet: it begins at `at`, its variable header at `start`, the next packet at `end`. */
export type OnPacket = (bytes: Buffer, at: number, start: number, end: number) => void;

/** Cuts what a broker sends into control packets (MQTT 5, section 2.1). */
export class PacketSplitter {
  readonly #maxBytes: number;
  /** The beginning of a packet whose end has not come yet. */
  #kept: Buffer[] = [];
  #keptBytes = 0;
  /** With fewer bytes there is no packet. */
  #wanted = 0;

  /** @param maxBytes of a packet without its fixed header */
  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /**
   * @param chunk may be overwritten afterwards
   * @returns what is wrong with the bytes, or null; what follows a fault cannot be understood
   */
  push(chunk: Buffer, onPacket: OnPacket): string | null {
    let from = 0;
    while (this.#keptBytes > 0) {
      const end = Math.min(from + this.#wanted - this.#keptBytes, chunk.length);
      this.#kept.push(Buffer.from(chunk.subarray(from, end)));
      this.#keptBytes += end - from;
      from = end;
      if (this.#keptBytes < this.#wanted) return null;
      const fault = this.#cut(Buffer.concat(this.#kept), 0, onPacket);
      if (fault) return fault;
    }
    return this.#cut(chunk, from, onPacket);
  }

  #cut(bytes: Buffer, from: number, onPacket: OnPacket): string | null {
    for (let at = from; ; ) {
      const start = startOf(bytes, at);
      if (start === 0) return this.#keep(bytes.subarray(at), bytes.length - at + 1);
      const end = start + lengthOf(bytes, at, start);
      if (!isFromBroker(bytes[at]!))
        return `a packet that begins with 0x${bytes.toString('hex', at, at + 1)}`;
      if (end - start > this.#maxBytes) return `a packet of more than ${this.#maxBytes} bytes`;
      if (end > bytes.length) return this.#keep(bytes.subarray(at), end - at);
      onPacket(bytes, at, start, end);
      at = end;
    }
  }

  #keep(rest: Buffer, wanted: number): null {
    this.#kept = rest.length > 0 ? [Buffer.from(rest)] : [];
    this.#keptBytes = rest.length;
    this.#wanted = wanted;
    return null;
  }
}

function isFromBroker(first: number): boolean {
  const type = first >>> 4;
  if (type === PUBLISH) return true;
  return FROM_BROKER.has(type) && (first & 0x0f) === (type === PUBREL ? 2 : 0);
}

/** Where the variable header begins; 0 if more bytes are needed to know. */
function startOf(bytes: Buffer, at: number): number {
  for (let last = at + 1; last < bytes.length; last++)
    if (bytes[last]! < CONTINUES || last > at + MOST_LENGTH_BYTES) return last + 1;
  return 0;
}

function lengthOf(bytes: Buffer, at: number, start: number): number {
  if (start > at + 1 + MOST_LENGTH_BYTES) return Number.POSITIVE_INFINITY;
  let length = 0;
  for (let byte = start - 1; byte > at; byte--) length = length * CONTINUES + (bytes[byte]! & 0x7f);
  return length;
}
