/** Knows whether something came on a line that nobody waited for: an answer that was given up too early, maybe. */
export class Strays {
  #isHeard = false;

  heard(): void {
    this.#isHeard = true;
  }

  /** Whether it did since this was asked last. */
  take(): boolean {
    const isHeard = this.#isHeard;
    this.#isHeard = false;
    return isHeard;
  }
}
