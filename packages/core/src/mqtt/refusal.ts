import { BridgeError } from '../errors/index.ts';
import type { Ending } from './ending.ts';
import { reasonText } from './failure.ts';
import { topicFault } from './filter.ts';
import type { Message } from './message.ts';

const PACKET_TOO_LARGE = 0x95;
/** DISCONNECT reasons that are about what was sent: malformed, not authorized, topic invalid, too large, quota, … */
const ABOUT_A_MESSAGE: ReadonlySet<number> = new Set([
  0x81, 0x82, 0x83, 0x87, 0x90, 0x95, 0x97, 0x99, 0x9a, 0x9b,
]);
const MAX_BREAKS = 3;
/** A broker that ends the connection over a message does so at once. */
const AT_ONCE_MS = 2_000;

/** The broker does not take this message. @param reason reason code of MQTT 5 */
export function refusal(message: Message, reason: number): BridgeError {
  return refused(message, reasonText(reason), reason);
}

/** A message that no broker, or not this one, would take; sending it would end the connection. */
export function refuseUnsent(
  message: Message,
  maximumPacketSize = Number.POSITIVE_INFINITY,
): BridgeError | null {
  const fault = topicFault(message.topic);
  if (fault !== null) return refused(message, `this cannot be a topic: ${fault}`);
  const isTooLarge = Number.isFinite(maximumPacketSize) && packetBytes(message) > maximumPacketSize;
  return isTooLarge ? refusal(message, PACKET_TOO_LARGE) : null;
}

/**
 * Finds the message over which a broker ends the connection without naming it: some do so for a topic that is not
 * allowed, or for a large message. After two such ends in a row messages go out one at a time, and the one that was
 * alone three times when the connection broke is refused.
 */
export class Suspicion {
  #suspiciousEnds = 0;
  #suspect = '';
  #breaks = 0;

  get isOneByOne(): boolean {
    return this.#suspiciousEnds >= 2;
  }

  /** @param seen messages not acknowledged at the end  @param sinceSentMs since the last of them was sent */
  ended({ cause }: Ending, seen: readonly Message[], sinceSentMs: number): void {
    const byPeer = cause.kind === 'closed' || cause.kind === 'error';
    const isAboutMessage = byPeer || (cause.kind === 'dismissed' && ABOUT_A_MESSAGE.has(cause.reason));
    if (!isAboutMessage || seen.length === 0 || sinceSentMs > AT_ONCE_MS) {
      this.#suspiciousEnds = 0;
      return;
    }
    this.#suspiciousEnds++;
    const only = seen.length === 1 ? seen[0] : undefined;
    if (only === undefined) return;
    this.#breaks = this.#suspect === keyOf(only) ? this.#breaks + 1 : 1;
    this.#suspect = keyOf(only);
  }

  /** Refuses the message that was found, once. */
  refuse(message: Message): BridgeError | null {
    if (this.#breaks < MAX_BREAKS || keyOf(message) !== this.#suspect) return null;
    this.#breaks = 0;
    this.#suspiciousEnds = 0;
    return refused(
      message,
      `the broker ended the connection each of the ${MAX_BREAKS} times it was sent alone`,
    );
  }
}

function refused(message: Message, why: string, reason?: number): BridgeError {
  const facts = {
    topic: message.topic,
    bytes: message.payload.length,
    ...(reason !== undefined && { reason }),
  };
  return new BridgeError('mqtt/not-authorized', `a message to ${message.topic} was refused: ${why}`, {
    facts,
  });
}

function keyOf({ topic, payload }: Message): string {
  return `${topic}\0${payload}`;
}

/** Size of the PUBLISH packet without properties (MQTT 5, section 3.3). */
function packetBytes({ topic, payload, qos }: Message): number {
  const rest = 2 + Buffer.byteLength(topic) + (qos > 0 ? 2 : 0) + 1 + Buffer.byteLength(payload);
  const lengthBytes = rest < 2 ** 7 ? 1 : rest < 2 ** 14 ? 2 : rest < 2 ** 21 ? 3 : 4;
  return 1 + lengthBytes + rest;
}
