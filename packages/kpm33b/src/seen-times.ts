/** The times of the last messages of a meter and level: some meters send each message twice. */
export class SeenTimes {
  readonly #capacity: number;
  /** A ring, so that nothing is made anew for each message. */
  readonly #times: string[] = [];
  #next = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Remembers the time; false if it was known. */
  add(time: string): boolean {
    if (this.#times.includes(time)) return false;
    this.#times[this.#next] = time;
    this.#next = (this.#next + 1) % this.#capacity;
    return true;
  }
}
