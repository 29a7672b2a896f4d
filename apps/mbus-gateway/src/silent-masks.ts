import { ID_DIGITS, type SecondaryAddress } from './protocol/secondary-address.ts';

export interface Asked {
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
  /** Answers get lost on this line: silence proves little. */
  isLossy = false;
  /** Those of the last questions. */
  #recent: readonly SecondaryAddress[] = [];

  /** Somebody may have answered to it, but later than a meter should. */
  isLate(mask: SecondaryAddress): boolean {
    return this.#late.has(mask);
  }

  /** Those for numbers of these digits to which nobody has answered so far. */
  numbers(digits: string): readonly Asked[] {
    return [...this.#silent.values()].filter(
      ({ mask, depth }) =>
        depth <= ID_DIGITS && Array.from(mask.slice(0, depth)).every((digit) => digits.includes(digit)),
    );
  }

  /** Those of these to which nobody has answered so far. */
  among(masks: readonly SecondaryAddress[]): readonly Asked[] {
    return masks.flatMap((mask) => this.#silent.get(mask) ?? []);
  }

  asked(now: Asked, isSilent: boolean, wasLate: boolean): void {
    if (isSilent) this.#silent.set(now.mask, now);
    else this.#silent.delete(now.mask);
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
