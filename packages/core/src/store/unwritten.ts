import type { OutboxLimits } from './outgoing.ts';
import type { Row } from './row.ts';

/**
 * If all are under way they are written only if the broker does not confirm them soon: a healthy broker spares the disk.
 * The network delivers in order, so that a kill meanwhile cuts off an end but leaves no gap.
 */
const GRACE_MS = 50;
/** If whoever waits for them still has them, too: while the broker confirms what it gets, the disk has nothing to do. */
const AWAITED_GRACE_MS = 2_000;
/** Whoever may send so many before he must wait loses no time by it. */
const MANY = 256;
/** If so many are awaited, whoever waits, such as another broker, may not send more until they are kept. */
const WORTH_A_WRITE = 16;
/**
 * That nothing comes for a while shows it. Until then the confirmations spare the disk, and nothing is lost by a kill:
 * whoever waits still has them. Not shorter, as a machine with much to do makes everybody pause.
 */
const PAUSE_MS = 10;
/** At most: while there is no file that can be written, the oldest go. */
const MAX_BYTES = 16 * 1024 * 1024;

/** Rows that are in memory alone, ascending. */
export class Unwritten {
  readonly #limits: OutboxLimits;
  readonly #rows = new Map<number, Row>();
  #bytes = 0;
  /** Rows for which someone waits to hear that they are kept. */
  #awaited = 0;
  /** Those of them that are not under way. */
  #awaitedIdle = 0;
  #lastAwaitedMs = 0;
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
    if (row.takenMs === null) this.#awaitedIdle++;
    if (this.#awaited > this.#mostAwaited) this.#mostAwaited = Number.POSITIVE_INFINITY;
    this.#lastAwaitedMs = performance.now();
  }

  /** @returns whether it was here */
  remove(row: Row): boolean {
    if (!this.#rows.delete(row.id)) return false;
    this.#bytes -= row.bytes;
    if (!row.onKept) return true;
    this.#awaited--;
    if (row.takenMs === null) this.#awaitedIdle--;
    return true;
  }

  /** Such a row, or one in the file, is under way now. */
  taken(row: Row): void {
    if (row.onKept && row.takenMs === null) this.#awaitedIdle--;
    row.takenMs = performance.now();
  }

  /** It is not under way any more. */
  waits(row: Row): void {
    if (row.onKept && row.takenMs !== null) this.#awaitedIdle++;
    row.takenMs = null;
  }

  clear(): void {
    this.#rows.clear();
    this.#bytes = 0;
    this.#awaited = 0;
    this.#awaitedIdle = 0;
  }

  /** Milliseconds until they should be written; Infinity if there are none. Below 0: someone waits for it. */
  dueMs(): number {
    const now = performance.now();
    const isAwaited = this.#awaited === this.size;
    if (isAwaited && this.#awaited >= MANY && this.#awaitedIdle === 0) {
      const { takenMs } = this.all().next().value ?? {};
      return Math.max(0, (takenMs ?? now) + AWAITED_GRACE_MS - now);
    }
    if (isAwaited && this.#awaited >= WORTH_A_WRITE) {
      const missingMs = this.#lastAwaitedMs + PAUSE_MS - now;
      if (missingMs > 0 && this.#awaited < this.#mostAwaited) return missingMs;
      this.#mostAwaited = this.#awaited;
      return -1;
    }
    let due = Number.POSITIVE_INFINITY;
    for (const { takenMs } of this.#rows.values()) {
      if (takenMs === null) return 0;
      due = Math.min(due, Math.max(0, takenMs + GRACE_MS - now));
    }
    return due;
  }
}
