/** Packet identifiers run from 1 (MQTT 5, section 2.2.1). */
const LAST = 0xffff;

/** The packet identifiers of one connection, for the library and for us; in its form, so that it takes ours. */
export class PacketIds {
  readonly #isUsed = new Uint8Array(LAST + 1);
  #used = 0;
  #last = 0;

  /** An identifier that is not in use, or null if all are. */
  allocate(): number | null {
    if (this.#used === LAST) return null;
    do this.#last = (this.#last % LAST) + 1;
    while (this.#isUsed[this.#last] === 1);
    this.register(this.#last);
    return this.#last;
  }

  getLastAllocated(): number | null {
    return this.#last === 0 ? null : this.#last;
  }

  register(id: number): boolean {
    if (this.#isUsed[id] === 1) return false;
    this.#isUsed[id] = 1;
    this.#used++;
    return true;
  }

  deallocate(id: number): void {
    this.#used -= this.#isUsed[id] ?? 0;
    this.#isUsed[id] = 0;
  }

  clear(): void {
    this.#isUsed.fill(0);
    this.#used = 0;
  }
}
