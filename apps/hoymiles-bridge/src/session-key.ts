import { createHash } from 'node:crypto';
import { BridgeError } from '@meterbridge/core/errors';
import type { StateSpace } from '@meterbridge/core/store';
import * as z from 'zod';

/** Sequence numbers have 16 bits. */
const NUMBERS = 0x10000;
/** From here on a new key is worth having, while everything sleeps anyway. */
const WORN = 58_000;
/** From here on it cannot wait. The numbers behind are for asking for it. */
const SPENT = 65_000;
/** The state is written now and then: a run that was killed may have used as many more. */
const UNWRITTEN = 256;

const stored = z.object({ key: z.string(), sequence: z.int(), used: z.int() });

/**
 * What encrypts a session: outlives its connections and the process, as under one key no sequence number may be used
 * twice (GCM). A DTU has a new one after each start.
 */
export class SessionKey {
  readonly #state: StateSpace;
  #encRand: Uint8Array | null = null;
  #sequence: number;
  #used = 0;

  /** @param sequence where to begin: anywhere, so that a restart does not begin where the run before it did */
  constructor(sequence: number, state: StateSpace) {
    this.#sequence = sequence % NUMBERS;
    this.#state = state;
  }

  /** Null: nothing is encrypted. */
  get encRand(): Uint8Array | null {
    return this.#encRand;
  }

  /** @returns whether it is another one than before */
  take(encRand: Uint8Array | null): boolean {
    const name = encRand && nameOf(encRand);
    const before = this.#encRand && nameOf(this.#encRand);
    this.#encRand = encRand;
    if (name === before) return false;
    this.#used = 0;
    const known = stored.safeParse(this.#state.get('session'));
    if (known.success && known.data.key === name) {
      this.#used = known.data.used + UNWRITTEN;
      this.#sequence = (known.data.sequence + UNWRITTEN) % NUMBERS;
    }
    return true;
  }

  /** @param isIdle nobody misses the DTU now */
  isWorn(isIdle: boolean): boolean {
    return this.#encRand !== null && this.#used >= (isIdle ? WORN : SPENT);
  }

  /** @throws BridgeError meter/key-spent */
  next(): number {
    if (!this.#encRand) return this.#advance();
    if (this.#used >= NUMBERS)
      throw new BridgeError('meter/key-spent', 'all numbers under the key of the DTU are used');
    this.#used++;
    const sequence = this.#advance();
    this.#state.set('session', { key: nameOf(this.#encRand), sequence, used: this.#used });
    return sequence;
  }

  #advance(): number {
    this.#sequence = (this.#sequence + 1) % NUMBERS;
    return this.#sequence;
  }
}

/** The key itself is nobody's business. */
function nameOf(encRand: Uint8Array): string {
  return createHash('sha256').update(encRand).digest('hex');
}
