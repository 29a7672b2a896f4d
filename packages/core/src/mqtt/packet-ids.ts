/** Packet identifiers run from 1 (MQTT 5, section 2.2.1). */
const LAST = 0xffff;

/** The packet identifiers of one connection, for the library and for us; in its form, so that it takes ours. */
export class PacketIds {
  readonly #used = new Set<number>();
  #last = 0;

  /** An identifier that is not in use, or null if all are. */
  allocate(): number | null {
    if (this.#used.size === LAST) return null;
    do this.#last = (this.#last % LAST) + 1;
    while (this.#used.has(this.#last));
    this.#used.add(this.#last);
    return this.#last;
  }

  getLastAllocated(): number | null {
    return this.#last === 0 ? null : this.#last;
  }

  register(id: number): boolean {
    if (this.#used.has(id)) return false;
    this.#used.add(id);
    return true;
  }

  deallocate(id: number): void {
    this.#used.delete(id);
  }

  clear(): void {
    this.#used.clear();
  }
}
