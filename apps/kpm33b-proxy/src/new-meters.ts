import type { ServiceContext } from '@meterbridge/core/runtime';
import type { Config } from './config.ts';

/** Ids come from the network: more are counted, but not named. */
const NAMED_PER_MINUTE = 100;
const MINUTE_MS = 60_000;

/** Says in the log which meters are heard for the first time. */
export class NewMeters {
  readonly #log: ServiceContext<Config>['log'];
  #minuteEndsMs = 0;
  #named = 0;
  #unnamed = 0;

  constructor(log: ServiceContext<Config>['log']) {
    this.#log = log;
  }

  heard(meter: string, isAnnounced: boolean): void {
    const nowMs = performance.now();
    if (nowMs >= this.#minuteEndsMs) {
      this.#minuteEndsMs = nowMs + MINUTE_MS;
      this.#named = 0;
    }
    if (this.#named >= NAMED_PER_MINUTE) {
      this.#unnamed++;
      return;
    }
    const more = this.#unnamed > 0 && { more_since_last_line: this.#unnamed };
    this.#log.info({ meter, ...more }, isAnnounced ? 'new meter, announced to Home Assistant' : 'new meter');
    this.#named++;
    this.#unnamed = 0;
  }
}
