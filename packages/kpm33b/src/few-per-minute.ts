const MINUTE_MS = 60_000;

/** Lets some of many like events through each minute: whoever reaches a broker can cause as many as he likes. */
export class FewPerMinute {
  readonly #most: number;
  #endsMs = Number.NEGATIVE_INFINITY;
  #passed = 0;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /**
   * @param nowMs of a clock that never runs backwards
   * @returns how many were held back since the last one that passed, or null if this one is held back, too
   */
  pass(nowMs: number): number | null {
    if (nowMs >= this.#endsMs) {
      this.#endsMs = nowMs + MINUTE_MS;
      this.#passed = 0;
    }
    if (this.#passed >= this.#most) {
      this.#held++;
      return null;
    }
    this.#passed++;
    const held = this.#held;
    this.#held = 0;
    return held;
  }
}
