import { BridgeError } from '../errors/index.ts';
import { matchesFilter } from './filter.ts';
import { safely } from './safely.ts';

const MAX_PAYLOAD_BYTES = 1024 * 1024;

export interface MessageInfo {
  /** The broker keeps the message: it may be an old one. With MQTT 3.1.1 it is known of old ones only. */
  readonly retain: boolean;
  /** To be called once the message cannot get lost any more, if the subscription says that this is known later. */
  readonly taken: () => void;
}

export type OnMessage = (topic: string, payload: Uint8Array, info: MessageInfo) => void;

export interface SubscribeOptions {
  /** The broker hears that a message (QoS 1) has arrived when `taken` is called, and sends it again if it never is. */
  readonly acknowledge?: 'when-taken';
  /** The payload is overwritten once the callback returns; who does not say so gets a copy. */
  readonly payload?: 'borrowed';
}

interface Subscriber {
  readonly onMessage: OnMessage;
  readonly isAcknowledgedLater: boolean;
  readonly isBorrower: boolean;
}

/** Who wants which messages, whether there is a broker or not. */
export class Subscriptions {
  readonly #byFilter = new Map<string, Set<Subscriber>>();
  readonly #onError: (error: BridgeError) => void;

  constructor(onError: (error: BridgeError) => void) {
    this.#onError = onError;
  }

  filters(): readonly string[] {
    return [...this.#byFilter.keys()];
  }

  /** @returns a function that takes it back, and tells whether nobody is left for that filter */
  add(filter: string, onMessage: OnMessage, options: SubscribeOptions): () => boolean {
    const subscribers = this.#byFilter.get(filter) ?? new Set();
    this.#byFilter.set(filter, subscribers);
    const isAcknowledgedLater = options.acknowledge === 'when-taken';
    const subscriber = { onMessage, isAcknowledgedLater, isBorrower: options.payload === 'borrowed' };
    subscribers.add(subscriber);
    return () => {
      subscribers.delete(subscriber);
      return subscribers.size === 0 && this.#byFilter.delete(filter);
    };
  }

  dispatch(topic: string, payload: Uint8Array, info: MessageInfo): void {
    if (payload.length > MAX_PAYLOAD_BYTES) {
      const detail = `a message on ${topic} was dropped: it has ${payload.length} bytes`;
      this.#onError(new BridgeError('mqtt/oversized', detail, { facts: { topic, bytes: payload.length } }));
      info.taken();
      return;
    }
    let isTakenLater = false;
    for (const [filter, subscribers] of this.#byFilter) {
      if (!matchesFilter(filter, topic)) continue;
      for (const { onMessage, isAcknowledgedLater, isBorrower } of subscribers) {
        isTakenLater ||= isAcknowledgedLater;
        const own = isBorrower ? payload : new Uint8Array(payload);
        safely(() => onMessage(topic, own, info), this.#onError);
      }
    }
    if (!isTakenLater) info.taken();
  }
}
