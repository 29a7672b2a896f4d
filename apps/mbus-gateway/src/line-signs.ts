/** What a line let slip about itself: signs that its answers cannot all be trusted to arrive. */
export class LineSigns {
  #wasLate = false;
  #wasLossy = false;

  /** Something came that nobody waited for: an answer that was given up too early, maybe. */
  heardLate(): void {
    this.#wasLate = true;
  }

  /** An answer came amid noise, or only when it was asked for again. */
  lost(): void {
    this.#wasLossy = true;
  }

  /** What was noticed since this was asked last. */
  take(): { readonly wasLate: boolean; readonly wasLossy: boolean } {
    const signs = { wasLate: this.#wasLate, wasLossy: this.#wasLossy };
    this.#wasLate = false;
    this.#wasLossy = false;
    return signs;
  }
}
