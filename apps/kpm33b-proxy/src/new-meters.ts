import type { ServiceContext } from '@meterbridge/core/runtime';
import { FewPerMinute } from '@meterbridge/kpm33b';
import type { Config } from './config.ts';

/** Ids come from the network: more are counted, but not named. */
const NAMED_PER_MINUTE = 100;

/** Says in the log which meters are heard for the first time. */
export class NewMeters {
  readonly #log: ServiceContext<Config>['log'];
  readonly #named = new FewPerMinute(NAMED_PER_MINUTE);

  constructor(log: ServiceContext<Config>['log']) {
    this.#log = log;
  }

  heard(meter: string, isAnnounced: boolean): void {
    const unnamed = this.#named.pass(performance.now());
    if (unnamed === null) return;
    const more = unnamed > 0 && { more_since_last_line: unnamed };
    this.#log.info({ meter, ...more }, isAnnounced ? 'new meter, announced to Home Assistant' : 'new meter');
  }
}
