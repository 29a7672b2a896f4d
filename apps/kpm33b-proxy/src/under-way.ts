/** Messages that were put into the outbox but are not certain to be kept there yet, by their topics. */
export class UnderWay {
  readonly #topics = new Map<string, Topic>();

  get isEmpty(): boolean {
    return this.#topics.size === 0;
  }

  /**
   * @param taken called when the message is kept
   * @returns to be called when the message is kept
   */
  add(topic: string, taken: () => void): () => void {
    const known = this.#topics.get(topic);
    const all = known ?? { count: 0, copies: [] };
    if (!known) this.#topics.set(topic, all);
    all.count++;
    return () => {
      all.count--;
      taken();
      if (all.count > 0) return;
      this.#topics.delete(topic);
      for (const copyTaken of all.copies) copyTaken();
    };
  }

  /**
   * A copy came of a message of this topic. While the first one is in memory alone, the copy is what the internal broker
   * still has of it: after a connection broke, it knows no other.
   * @param taken called when all messages of this topic are kept
   */
  addCopy(topic: string, taken: () => void): void {
    const all = this.#topics.get(topic);
    if (all) all.copies.push(taken);
    else taken();
  }

  /** The connection on which the copies came is gone: nobody waits to hear of them, and they come again. */
  disconnected(): void {
    for (const all of this.#topics.values()) all.copies.length = 0;
  }
}

interface Topic {
  /** Messages that are not kept yet. */
  count: number;
  readonly copies: (() => void)[];
}
