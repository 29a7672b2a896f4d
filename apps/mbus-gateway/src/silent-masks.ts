import type { SecondaryAddress } from './protocol/secondary-address.ts';

interface Asked {
  readonly mask: SecondaryAddress;
  readonly depth: number;
}

/** What comes late belongs to one of so many questions: this one, or one of those before. */
const RECENT = 3;

/** Masks to which nobody seemed to answer, but maybe somebody did too late. */
export class SilentMasks {
  /** Grows while it is gone through. */
  readonly doubted: Asked[] = [];
  readonly #silent = new Map<SecondaryAddress, Asked>();
  readonly #doubtedMasks = new Set<SecondaryAddress>();
  readonly #late = new Set<SecondaryAddress>();
  /** Those of the last questions. */
  #recent: readonly SecondaryAddress[] = [];

  /** Somebody may have answered to it, but later than a meter should. */
  isLate(mask: SecondaryAddress): boolean {
    return this.#late.has(mask);
  }

  asked(now: Asked, isSilent: boolean, wasLate: boolean): void {
    if (isSilent) this.#silent.set(now.mask, now);
    this.#recent = [...this.#recent.slice(1 - RECENT), now.mask];
    if (wasLate) this.heardLate();
  }

  /** Nobody seemed to answer to the last question. */
  get isLast(): boolean {
    return this.#silent.has(this.#recent.at(-1) ?? '');
  }

  /** Something came that may have been an answer to one of the last questions. */
  heardLate(): void {
    for (const mask of this.#recent) this.#late.add(mask);
    this.doubt(this.#recent);
  }

  /** Those of them that were silent are asked again, each once only. */
  doubt(masks: readonly SecondaryAddress[]): void {
    for (const mask of masks) {
      const asked = this.#silent.get(mask);
      if (!asked || this.#doubtedMasks.has(mask)) continue;
      this.#doubtedMasks.add(mask);
      this.doubted.push(asked);
    }
  }
}
