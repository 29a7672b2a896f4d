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

/** Reads a PUBLISH packet (MQTT 5, section 3.3); null if it is none, or one with QoS 2, which nobody asked for. */
export function readPublish(version: ProtocolVersion, first: number, body: Buffer): PublishPacket | null {
  const qos = (first >>> 1) & 3;
  if (qos > 1 || body.length < 2) return null;
  const topicEnd = 2 + body.readUInt16BE(0);
  const idEnd = topicEnd + 2 * qos;
  if (idEnd > body.length) return null;
  const packetId = qos === 0 ? null : body.readUInt16BE(topicEnd);
  const payloadStart = version === 5 ? propertiesEnd(body, idEnd) : idEnd;
  if (packetId === 0 || payloadStart > body.length) return null;
  return {
    topic: body.toString('utf8', 2, topicEnd),
    payload: body.subarray(payloadStart),
    retain: (first & RETAIN) > 0,
    packetId,
  };
}

/** Behind the properties of MQTT 5, of which none matters here (MQTT 5, section 3.3.2.3). */
function propertiesEnd(body: Buffer, from: number): number {
  let length = 0;
  for (let at = from, factor = 1; factor <= MOST_FACTOR; at++, factor *= 0x80) {
    const byte = body[at];
    if (byte === undefined) break;
    length += factor * (byte & 0x7f);
    if (byte < 0x80) return at + 1 + length;
  }
  return Number.POSITIVE_INFINITY;
}
