import type { BridgeError } from '../errors/index.ts';

/** closed: it is tried as ever; open: it is left alone for a while; half-open: one try is under way that decides. */
export type BreakerState = 'closed' | 'open' | 'half-open';

/** Milliseconds until the next try, after so many failures in a row. */
export type Wait = (failures: number, error: BridgeError) => number;

/** Section `breaker` of the configuration. */
export interface BreakerSettings {
  /** So many in a row open it. */
  readonly failures: number;
  /** Milliseconds for which it is left alone at first. */
  readonly reset_after: number;
}

export interface Failure {
  readonly error: BridgeError;
  /** Milliseconds until the next try. */
  readonly waitMs: number;
  /** The one before was another, or there was none. */
  readonly isNews: boolean;
  /** This one has opened the breaker. */
  readonly hasOpened: boolean;
}

/** Knows how something that may fail is doing, and when it is worth another try. */
export class Breaker {
  /** In a row. */
  failures = 0;
  /** What is wrong now, or null. */
  problem: BridgeError | null = null;
  /** So many in a row open it. */
  readonly #maxFailures: number;
  readonly #wait: Wait;
  #retryMs = 0;
  #isTrying = false;

  constructor(maxFailures: number, wait: Wait) {
    this.#maxFailures = maxFailures;
    this.#wait = wait;
  }

  get state(): BreakerState {
    if (this.failures < this.#maxFailures) return 'closed';
    return this.#isTrying ? 'half-open' : 'open';
  }

  /** When it shall be tried again, as `performance.now()`; null if it has not failed. */
  get retryMs(): number | null {
    return this.problem && this.#retryMs;
  }

  /** Milliseconds until then. */
  get retryInMs(): number | null {
    return this.problem && Math.max(0, this.#retryMs - performance.now());
  }

  /** It is tried now. */
  trying(): void {
    this.#isTrying = true;
  }

  failed(error: BridgeError): Failure {
    const isNews = this.problem?.code !== error.code;
    this.#isTrying = false;
    this.failures++;
    this.problem = error;
    const waitMs = this.#wait(this.failures, error);
    this.#retryMs = performance.now() + waitMs;
    return { error, waitMs, isNews, hasOpened: this.failures === this.#maxFailures };
  }

  succeeded(): void {
    this.#isTrying = false;
    this.failures = 0;
    this.problem = null;
  }
}
