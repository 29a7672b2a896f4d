import { BridgeError, type ErrorCode } from '@meterbridge/core/errors';
import type { ServiceContext, ServiceLine } from '@meterbridge/core/runtime';
import type { DropReason } from '@meterbridge/kpm33b';
import type { Config } from './config.ts';

/** Reasons that should not occur, and what is said of them; the others are part of every day. */
const FAULTS: Partial<Record<DropReason, { readonly code: ErrorCode; readonly level: 'warn' | 'error' }>> = {
  'too-large': { code: 'message/too-large', level: 'warn' },
  'malformed-json': { code: 'message/malformed', level: 'error' },
  'not-an-object': { code: 'message/malformed', level: 'error' },
  'invalid-id': { code: 'message/invalid-id', level: 'error' },
  'split-message': { code: 'message/split', level: 'error' },
};
/** Of a message that cannot be read. */
const SHOWN_BYTES = 200;

/** Counts the messages that are not passed on; tells of those that should not occur, once per minute and reason. */
export class Drops {
  readonly #log: ServiceContext<Config>['log'];
  readonly #line: ServiceLine;

  constructor(log: ServiceContext<Config>['log'], line: ServiceLine) {
    this.#log = log;
    this.#line = line;
  }

  dropped(reason: DropReason, meter: string | null, topic: string, payload: Uint8Array): void {
    this.#line.count(reason);
    const fault = FAULTS[reason];
    if (!fault) {
      if (this.#log.isLevelEnabled('debug')) this.#log.debug({ reason, meter, topic }, 'message dropped');
      return;
    }
    const held = this.#line.quiet(reason);
    if (held === null) return;
    const { code, level } = fault;
    const facts = { reason, meter, topic, bytes: payload.length, ...begin(reason, payload) };
    const error = new BridgeError(code, `a message was dropped: ${reason}`, { facts });
    this.#line.frames.add({ bytes: new Uint8Array(payload), error });
    this.#log[level]({ err: error, ...(held > 0 && { more_since_last_line: held }) });
  }
}

/** How it begins; escaped by the log, as whoever reaches the broker may have written it. */
function begin(reason: DropReason, payload: Uint8Array): { readonly payload?: string } {
  if (reason === 'too-large') return {};
  return { payload: Buffer.from(payload.subarray(0, SHOWN_BYTES)).toString('latin1') };
}
