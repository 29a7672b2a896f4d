import type { ProtocolVersion } from './settings.ts';

const RETAIN = 0x01;
/** Of the last of the four bytes that a length may have (MQTT 5, section 1.5.5). */
const MOST_FACTOR = 0x80 ** 3;

/** A message as it came. */
export interface PublishPacket {
  readonly topic: string;
  /** A view of what came from the network. */
  readonly payload: Buffer;
  readonly retain: boolean;
  /** null with QoS 0. */
  readonly packetId: number | null;
}

/** Reads PUBLISH packets (MQTT 5, section 3.3). */
export class PublishReader {
  readonly #version: ProtocolVersion;
  /** Mostly the topic is the same again: then it need not be decoded. */
  #topic = '';
  #topicBytes = Buffer.alloc(0);

  constructor(version: ProtocolVersion) {
    this.#version = version;
  }

  /**
   * Reads one from its variable header at `start` to `end`; null if it is none, or one with QoS 2, which nobody asked for.
   * @param first its first byte
   */
  read(first: number, bytes: Buffer, start: number, end: number): PublishPacket | null {
    const qos = (first >>> 1) & 3;
    if (qos > 1 || end - start < 2) return null;
    const topicEnd = start + 2 + uint16(bytes, start);
    const idEnd = topicEnd + 2 * qos;
    if (idEnd > end) return null;
    const packetId = qos === 0 ? null : uint16(bytes, topicEnd);
    const payloadStart = this.#version === 5 ? propertiesEnd(bytes, idEnd, end) : idEnd;
    if (packetId === 0 || payloadStart > end) return null;
    return {
      topic: this.#topicOf(bytes, start + 2, topicEnd),
      payload: bytes.subarray(payloadStart, end),
      retain: (first & RETAIN) > 0,
      packetId,
    };
  }

  #topicOf(bytes: Buffer, start: number, end: number): string {
    if (!isSame(this.#topicBytes, bytes, start, end)) {
      this.#topicBytes = Buffer.from(bytes.subarray(start, end));
      this.#topic = this.#topicBytes.toString();
    }
    return this.#topic;
  }
}

function isSame(known: Buffer, bytes: Buffer, start: number, end: number): boolean {
  if (known.length !== end - start) return false;
  for (let at = 0; at < known.length; at++) if (known[at] !== bytes[start + at]) return false;
  return true;
}

function uint16(bytes: Buffer, at: number): number {
  return (bytes[at]! << 8) | bytes[at + 1]!;
}

/** Behind the properties of MQTT 5, of which none matters here (MQTT 5, section 3.3.2.3). */
function propertiesEnd(bytes: Buffer, from: number, end: number): number {
  let length = 0;
  for (let at = from, factor = 1; at < end && factor <= MOST_FACTOR; at++, factor *= 0x80) {
    const byte = bytes[at]!;
    length += factor * (byte & 0x7f);
    if (byte < 0x80) return at + 1 + length;
  }
  return Number.POSITIVE_INFINITY;
}
