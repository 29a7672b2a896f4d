/** A message that is not acknowledged to the internal broker yet. */
export interface Arrived {
  readonly topic: string;
  readonly payload: Uint8Array;
  taken: () => void;
}

/** What a message takes besides its payload, about. */
const BESIDES_BYTES = 300;

/** Messages that have to wait, in the order in which they came first. */
export class Held {
  #messages: Arrived[] = [];
  #bytes = 0;
  /** Those of connections that are gone, which the internal broker is likely to send again. */
  #stale = new Set<Arrived>();

  get size(): number {
    return this.#messages.length;
  }

  /** Of memory, about. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param payload is copied */
  add(topic: string, payload: Uint8Array, taken: () => void): void {
    const before = this.#staleLike(topic, payload);
    if (!before) {
      this.#messages.push({ topic, payload: new Uint8Array(payload), taken });
      this.#bytes += payload.length + BESIDES_BYTES;
      return;
    }
    this.#stale.delete(before);
    before.taken = taken;
  }

  /**
   * The connection on which they came is gone. They stay: what was sent with QoS 0, or by a broker that forgets, does
   * not come again.
   */
  disconnected(): void {
    this.#stale = new Set(this.#messages);
  }

  /** Gives them away. */
  takeAll(): readonly Arrived[] {
    const all = this.#messages;
    this.#messages = [];
    this.#bytes = 0;
    this.#stale.clear();
    return all;
  }

  #staleLike(topic: string, payload: Uint8Array): Arrived | undefined {
    // They come again in the same order: mostly it is the first one.
    for (const one of this.#stale)
      if (one.topic === topic && Buffer.compare(one.payload, payload) === 0) return one;
    return undefined;
  }
}
