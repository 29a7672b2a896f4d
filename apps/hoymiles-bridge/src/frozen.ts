import { BridgeError } from '@meterbridge/core/errors';
import type { RealData } from './protocol/realdata.ts';

/** The voltage of a grid never stands still to the tenth of a volt. */
const SAME_VOLTAGES = 10;
const STILL_MS = 600_000;

/** Notices a DTU that goes on telling what it once knew. Only a restart helps it. */
export class FrozenWatch {
  readonly #isFast: boolean;
  readonly #voltages = new Still<string>();
  readonly #clock = new Still<number>();

  /** @param isFast the DTU asks its inverters all the time: else its values are old by nature */
  constructor(isFast: boolean) {
    this.#isFast = isFast;
  }

  /** @throws BridgeError meter/frozen */
  check(data: RealData, nowMs: number): void {
    const voltages = voltagesOf(data);
    const same = this.#voltages.seen(voltages, nowMs);
    if (this.#isFast && voltages !== '' && same.count >= SAME_VOLTAGES && same.ms >= STILL_MS)
      throw frozen('the voltages of the grid', same.ms);
    const { ms } = this.#clock.seen(data.time, nowMs);
    if (ms >= STILL_MS) throw frozen('the hands of its clock', ms);
  }
}

/** How often in a row, and since when, something is the same. */
class Still<Seen> {
  #seen: Seen | null = null;
  #sinceMs = 0;
  #count = 0;

  seen(now: Seen, nowMs: number): { readonly count: number; readonly ms: number } {
    if (now !== this.#seen) {
      this.#sinceMs = nowMs;
      this.#count = 0;
    }
    this.#seen = now;
    this.#count++;
    return { count: this.#count, ms: nowMs - this.#sinceMs };
  }
}

/** Empty while no inverter is reached. */
function voltagesOf({ inverters }: RealData): string {
  return inverters
    .filter(({ isOnline }) => isOnline)
    .flatMap(({ values }) => Array.from(values))
    .flatMap(([key, value]) => (key.startsWith('voltage') && value.mantissa !== 0 ? [value.toString()] : []))
    .join();
}

function frozen(what: string, ms: number): BridgeError {
  const detail = `the DTU tells nothing new: ${what} stand still for ${Math.floor(ms / 60_000)} minutes`;
  return new BridgeError('meter/frozen', detail);
}
