import { BridgeError } from '../errors/index.ts';
import type { Meter } from '../model/index.ts';
import { ownerOf } from './retained-topics.ts';

/** Under what a meter is known, and on which line it is read. */
interface Read {
  readonly meter: Meter;
  readonly line: string;
}

/** Notices meters that are read under two ids: each of them would remove what the other one leaves at the broker. */
export class Duplicates {
  readonly #refused = new Map<string, BridgeError>();
  /** Unique ids of meters that go to whoever reads them next. */
  readonly #released = new Set<string>();

  /** Why they are refused that are now, by what they are called. */
  get problems(): readonly BridgeError[] {
    return [...this.#refused.values()];
  }

  /** Another configuration may have ended it. */
  clear(): void {
    this.#refused.clear();
  }

  /** The meter cannot be read under its id any more. */
  over({ id }: Meter): void {
    this.#refused.delete(id);
  }

  /** New settings may lead to the meter under another id. */
  release({ uniqueId }: Meter): void {
    this.#released.add(uniqueId);
  }

  /** They lead to it as before. */
  hold({ uniqueId }: Meter): void {
    this.#released.delete(uniqueId);
  }

  /**
   * @param now as it is read now @param before as it is known, and there
   * @param configured ids in the configuration
   * @returns why it must not be told; null if it may
   */
  refusalOf(now: Read, before: Read | undefined, configured: ReadonlySet<string>): BridgeError | null {
    const { id, uniqueId } = now.meter;
    const isFree = !before || before.meter.id === id || this.#released.has(uniqueId);
    if (isFree || !isRival(now, before, configured)) {
      this.#released.delete(uniqueId);
      if (this.#refused.size > 0) this.#refused.delete(id);
      return null;
    }
    const error = new BridgeError(
      'meter/duplicate',
      `${id} is the meter that is read as ${before.meter.id} already`,
      { facts: { meter: id, other: before.meter.id, unique_id: now.meter.uniqueId } },
    );
    this.#refused.set(id, error);
    return error;
  }
}

/** One that is configured itself takes the place of one that was only found. */
function isRival(now: Read, before: Read, configured: ReadonlySet<string>): boolean {
  if (configured.has(now.meter.id) && !configured.has(before.meter.id)) return false;
  return ownerOf(now.meter, configured, now.line) !== ownerOf(before.meter, configured, before.line);
}
