import type { Outgoing } from './outgoing.ts';

/** Messages of which only the latest of each topic matters. */
export class LatestMessages {
  readonly #waiting = new Map<string, Outgoing>();
  readonly #underWay = new Set<Outgoing>();
  readonly #keepsPlace: boolean;
  /** Stands behind what is gone: an iterator that begins anew has to step over all of that each time. */
  #oldest = this.#waiting.values();

  /** @param keepsPlace a message takes the place of the one before it on its topic; else it goes behind all others */
  constructor({ keepsPlace }: { readonly keepsPlace: boolean }) {
    this.#keepsPlace = keepsPlace;
  }

  get size(): number {
    return this.#waiting.size + this.#underWay.size;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  put(message: Outgoing): void {
    const before = this.#waiting.get(message.topic);
    if (!this.#keepsPlace) this.#waiting.delete(message.topic);
    this.#waiting.set(message.topic, message);
    before?.onKept?.();
  }

  take(): Outgoing | null {
    const message = this.#shift();
    if (!message) return null;
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
    this.#shift()?.onKept?.();
  }

  #shift(): Outgoing | undefined {
    let { value: oldest } = this.#oldest.next();
    if (!oldest) {
      // It came to an end, and would not see what was put since.
      this.#oldest = this.#waiting.values();
      oldest = this.#oldest.next().value;
    }
    if (oldest) this.#waiting.delete(oldest.topic);
    return oldest;
  }
}
