import type { Outgoing } from './outgoing.ts';

/** Messages of which only the latest of each topic matters. */
export class LatestMessages {
  readonly #waiting = new Map<string, Outgoing>();
  readonly #underWay = new Set<Outgoing>();

  get size(): number {
    return this.#waiting.size + this.#underWay.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  put(message: Outgoing): void {
    // Deleted first, so that it moves behind what came before it.
    this.#drop(message.topic);
    this.#waiting.set(message.topic, message);
  }

  take(): Outgoing | null {
    const message = this.#waiting.values().next().value;
    if (!message) return null;
    this.#waiting.delete(message.topic);
    this.#underWay.add(message);
    return message;
  }

  done(message: Outgoing): void {
    if (this.#underWay.delete(message)) message.onKept?.();
  }

  back(message: Outgoing): void {
    if (!this.#underWay.delete(message)) return;
    if (this.#waiting.has(message.topic)) message.onKept?.();
    else this.#waiting.set(message.topic, message);
  }

  dropOldest(): void {
    const [topic] = this.#waiting.keys();
    if (topic !== undefined) this.#drop(topic);
  }

  #drop(topic: string): void {
    const message = this.#waiting.get(topic);
    this.#waiting.delete(topic);
    message?.onKept?.();
  }
}
