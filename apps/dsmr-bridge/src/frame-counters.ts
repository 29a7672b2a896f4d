import { createHash } from 'node:crypto';
import { hexOf } from '@meterbridge/core/codec';
import { parseAesKey } from '@meterbridge/core/config';
import { BridgeError } from '@meterbridge/core/errors';
import type { Envelope } from '@meterbridge/core/frames';
import type { StateSpace } from '@meterbridge/core/store';
import * as z from 'zod';
import type { Port } from './config.ts';

const remembered = z.object({ key: z.string(), counter: z.int() });

/**
 * The last frame counter of each meter, which its system title names. It is kept over a restart, or a frame that was
 * recorded before could be sent again after it. Another key begins to count anew (P1 specification of Luxembourg 1.1.3).
 */
export class FrameCounters {
  readonly #isVerified: boolean;
  readonly #state: StateSpace;
  readonly #key: string;

  constructor({ key = '', frame_counter }: Pick<Port, 'key' | 'frame_counter'>, state: StateSpace) {
    this.#isVerified = frame_counter === 'verify';
    this.#state = state;
    // Tells one key from another, and nothing of the key.
    const digest = createHash('sha256').update(parseAesKey(key) ?? '');
    this.#key = digest.digest('hex').slice(0, 8);
  }

  /** Why a frame is refused, or null. */
  problemOf({ systemTitle, frameCounter }: Envelope): BridgeError | null {
    if (!this.#isVerified) return null;
    const title = hexOf(systemTitle);
    const last = remembered.safeParse(this.#state.get(nameOf(title))).data;
    if (last?.key !== this.#key || frameCounter > last.counter) return null;
    return new BridgeError('frame/replayed', `frame ${frameCounter} came after frame ${last.counter}`, {
      facts: { systemTitle: title, frameCounter, lastFrameCounter: last.counter },
    });
  }

  /** A frame that is certainly the meter's was read. */
  remember({ systemTitle, frameCounter }: Envelope): void {
    this.#state.set(nameOf(hexOf(systemTitle)), { key: this.#key, counter: frameCounter });
  }
}

function nameOf(title: string): string {
  return `frame counter of ${title}`;
}
