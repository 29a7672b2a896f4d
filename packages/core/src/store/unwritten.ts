import type { OutboxLimits } from './outgoing.ts';
import type { Row } from './row.ts';

/**
 * If all are under way they are written only if the broker does not confirm them soon: a healthy broker spares the disk.
 * The network delivers in order, so that a kill meanwhile cuts off an end but leaves no gap.
 */
const GRACE_MS = 50;
/** If so many are awaited, whoever waits, such as another broker, may not send more until they are kept. */
const WORTH_A_WRITE = 16;
/**
 * That nothing comes and nothing is confirmed for a while shows it. Until then the confirmations spare the disk, and
 * nothing is lost by a kill: whoever waits still has them. Not shorter, as a machine with much to do makes all pause.
 */
const PAUSE_MS = 10;
/** Whoever may send so many before he must wait loses no time while the broker is there, and may be left to wait. */
const MANY = 256;
const LONG_PAUSE_MS = 1_000;
const MOST_AWAITED = 1_000;
/** At most: while there is no file that can be written, the oldest go. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Rows that are in memory alone, ascending. */
export class Unwritten {
  /** Whether anything can be confirmed at present. */
  isBrokerThere = false;
  readonly #limits: OutboxLimits;
  readonly #rows = new Map<number, Row>();
  #bytes = 0;
  /** Rows for which someone waits to hear that they are kept. */
  #awaited = 0;
  /** When one came, or was confirmed. */
  #progressMs = 0;
  /** So many were awaited when no more came: likely all that whoever waits may send. The next time they are written at once. */
  #mostAwaited = Number.POSITIVE_INFINITY;

  constructor(limits: OutboxLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#rows.size;
  }

  get(id: number): Row | undefined {
    return this.#rows.get(id);
  }

  all(): MapIterator<Row> {
    return this.#rows.values();
  }

  /** The oldest row that waits, if there are more than may be; null if not, or if all are under way. */
  tooMuch(): Row | null {
    const { maxMessages, maxBytes } = this.#limits;
    if (this.size <= maxMessages && this.#bytes <= Math.min(MAX_BYTES, maxBytes)) return null;
    return this.all().find(({ takenMs }) => takenMs === null) ?? null;
  }

  add(row: Row): void {
    this.#rows.set(row.id, row);
    this.#bytes += row.bytes;
    if (!row.onKept) return;
    this.#awaited++;
    if (this.#awaited > this.#mostAwaited) this.#mostAwaited = Number.POSITIVE_INFINITY;
    this.#progressMs = performance.now();
  }

  /** @returns whether it was here */
  remove(row: Row): boolean {
    this.#progressMs = performance.now();
    if (!this.#rows.delete(row.id)) return false;
    this.#bytes -= row.bytes;
    if (row.onKept) this.#awaited--;
    return true;
  }

  clear(): void {
    this.#rows.clear();
    this.#bytes = 0;
    this.#awaited = 0;
  }

  /**
   * Whether they are better not written yet, though the file is written for another reason: whoever waits for them has
   * them, and to write them would only bring more of them.
   */
  get isSpared(): boolean {
    return this.#awaited === this.size && this.dueMs() > 0;
  }

  /** Milliseconds until they should be written; Infinity if there are none. Below 0: someone waits for it. */
  dueMs(): number {
    if (this.#awaited > MOST_AWAITED) return -1;
    const now = performance.now();
    if (this.#awaited >= WORTH_A_WRITE && this.#awaited === this.size) return this.#awaitedDueMs(now);
    let due = Number.POSITIVE_INFINITY;
    for (const { takenMs } of this.#rows.values()) {
      if (takenMs === null) return 0;
      due = Math.min(due, Math.max(0, takenMs + GRACE_MS - now));
    }
    return due;
  }

  #awaitedDueMs(now: number): number {
    const isMany = this.isBrokerThere && this.#awaited >= MANY;
    const missingMs = this.#progressMs + (isMany ? LONG_PAUSE_MS : PAUSE_MS) - now;
    if (missingMs > 0 && (isMany || this.#awaited < this.#mostAwaited)) return missingMs;
    if (!isMany) this.#mostAwaited = this.#awaited;
    return -1;
  }
}
