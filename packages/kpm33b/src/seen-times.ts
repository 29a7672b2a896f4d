/** Longer than any time of a meter. */
const MOST_CHARACTERS = 32;
// FNV-1a, 32 bits: http://www.isthe.com/chongo/tech/comp/fnv/
const FNV_OFFSET = 0x811c9dc5;
const FNV_PRIME = 0x01000193;

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
    const key = time.length > MOST_CHARACTERS ? shortened(time) : time;
    if (this.#times.includes(key)) return false;
    this.#times[this.#next] = key;
    this.#next = (this.#next + 1) % this.#capacity;
    return true;
  }
}

/** Stands for a text that would fill the memory; 64 bits tell it from others. */
function shortened(text: string): string {
  let forward = FNV_OFFSET;
  let backward = FNV_OFFSET;
  for (let at = 0; at < text.length; at++) {
    forward = Math.imul(forward ^ text.charCodeAt(at), FNV_PRIME);
    backward = Math.imul(backward ^ text.charCodeAt(text.length - 1 - at), FNV_PRIME);
  }
  return `${text.length} ${forward} ${backward}`;
}
