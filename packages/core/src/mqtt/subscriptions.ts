import { BridgeError } from '../errors/index.ts';
import { matchesFilter } from './filter.ts';
import { safely } from './safely.ts';

const MAX_PAYLOAD_BYTES = 1024 * 1024;

/** @param info retain: an old message that the broker kept, not one that was published just now */
export type OnMessage = (topic: string, payload: Uint8Array, info: { readonly retain: boolean }) => void;

interface Subscriber {
  readonly onMessage: OnMessage;
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
  add(filter: string, onMessage: OnMessage): () => boolean {
    const subscribers = this.#byFilter.get(filter) ?? new Set();
    this.#byFilter.set(filter, subscribers);
    const subscriber = { onMessage };
    subscribers.add(subscriber);
    return () => {
      subscribers.delete(subscriber);
      return subscribers.size === 0 && this.#byFilter.delete(filter);
    };
  }

  dispatch(topic: string, payload: Uint8Array, retain: boolean): void {
    if (payload.length > MAX_PAYLOAD_BYTES) {
      const detail = `a message on ${topic} was dropped: it has ${payload.length} bytes`;
      this.#onError(new BridgeError('mqtt/oversized', detail, { facts: { topic, bytes: payload.length } }));
      return;
    }
    for (const [filter, subscribers] of this.#byFilter) {
      if (!matchesFilter(filter, topic)) continue;
      for (const { onMessage } of subscribers)
        safely(() => onMessage(topic, payload, { retain }), this.#onError);
    }
  }
}
