import type { Message } from '../mqtt/index.ts';

/** A message on its way to the broker. */
export interface Outgoing extends Message {
  /**
   * What becomes of it when the broker is away: a topic for values that came too late, where every one is kept, in
   * order; or null if only the latest message of its topic matters.
   */
  readonly backlogTopic: string | null;
}

/** What is kept at most; beyond, the oldest go. */
export interface OutboxLimits {
  readonly maxMessages: number;
  /** About: payloads and topics. */
  readonly maxBytes: number;
  readonly maxAgeMs: number;
}
