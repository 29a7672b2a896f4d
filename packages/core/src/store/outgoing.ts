import type { Message } from '../mqtt/index.ts';

/** A message on its way to the broker. */
export interface Outgoing extends Message {
  /**
   * What becomes of it when the broker is away: a topic for values that came too late, where every one is kept, in
   * order; or null if only the latest message of its topic matters. A message whose backlog topic is its own topic is
   * never late: all of them go out in the order in which they came.
   */
  readonly backlogTopic: string | null;
  /** A single value of a reading: the next one brings it anew. */
  readonly isValue?: true;
  /** Called once, when the message is in the file, or has left the outbox. */
  readonly onKept?: (() => void) | undefined;
}

/** What is kept at most; beyond, the oldest go. */
export interface OutboxLimits {
  readonly maxMessages: number;
  /** About: payloads and topics. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}
