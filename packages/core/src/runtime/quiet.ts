const MINUTE_MS = 60_000;

/** Lets one of many like events through per minute, and says how many were held back since. */
export class OncePerMinute {
  readonly #keys = new Map<string, { lastMs: number; held: number }>();

  /** How many were held back since the last one that passed, or null if this one is held back, too. */
  pass(key: string): number | null {
    const now = performance.now();
    const known = this.#keys.get(key);
    if (known && now - known.lastMs < MINUTE_MS) {
      known.held++;
      return null;
    }
    this.#keys.set(key, { lastMs: now, held: 0 });
    return known?.held ?? 0;
  }
}
