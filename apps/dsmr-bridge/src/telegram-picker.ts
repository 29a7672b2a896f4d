import { BridgeError, type ErrorCode } from '@meterbridge/core/errors';
import { isWholeP1, type P1Frame } from '@meterbridge/core/frames';
import type { SourceContext } from '@meterbridge/core/runtime';
import type { Port } from './config.ts';
import { FrameCounters } from './frame-counters.ts';
import type { Patience } from './patience.ts';
import type { Found } from './telegrams.ts';

const REASONS: Partial<Record<ErrorCode, string>> = {
  'frame/checksum': 'its CRC is wrong',
  'frame/checksum-missing': 'it has no CRC',
  'frame/truncated': 'part of it is missing',
  'frame/overlong': 'it has no end',
  'frame/encrypted': 'it is encrypted, and there is no key',
  'frame/decryption': 'the key does not fit',
  'frame/authentication': 'its authentication tag is wrong',
};

const SEALED: ReadonlySet<ErrorCode> = new Set([
  'frame/encrypted',
  'frame/decryption',
  'frame/authentication',
  'frame/replayed',
]);

/** Picks the telegrams out of what the splitter found, and reports the rest. */
export class TelegramPicker {
  readonly #context: SourceContext<Port>;
  readonly #patience: Patience;
  readonly #counters: FrameCounters;
  /** Telegrams with CRC have come. */
  #hasCrc = false;

  constructor(context: SourceContext<Port>, patience: Patience) {
    this.#context = context;
    this.#patience = patience;
    this.#counters = new FrameCounters(context.entry, context.state);
  }

  pick(all: readonly Found[]): readonly P1Frame[] {
    const picked: P1Frame[] = [];
    for (const found of all) {
      const problem = this.#problemOf(found);
      if (problem) this.#refuse(problem, found.bytes);
      else if (found.error === null) picked.push(this.#taken(found));
    }
    return picked;
  }

  /**
   * A line on which telegrams with CRC came is known to have one: a telegram without it was damaged. On others a
   * telegram must at least have complete lines.
   */
  #problemOf(found: Found): BridgeError | null {
    if (found.error !== null) return this.#dropped(found.error, found.bytes);
    const { frame, seal, bytes } = found;
    if (seal) return this.#counters.problemOf(seal.envelope);
    if (frame.crcText !== null || this.#context.entry.crc !== 'if-present') return null;
    if (this.#hasCrc) return this.#dropped('frame/checksum-missing', bytes);
    return isWholeP1(frame) ? null : this.#dropped('frame/truncated', bytes);
  }

  #dropped(code: ErrorCode, { length }: Uint8Array): BridgeError {
    const hint = this.#isRefused(code) ? {} : this.#patience.lost();
    const reason = REASONS[code] ?? 'it cannot be read';
    return new BridgeError(code, `a telegram of ${length} bytes was dropped: ${reason}`, hint);
  }

  /** Nothing is wrong with the line: it carries frames, of which none is taken. */
  #isRefused(code: ErrorCode): boolean {
    return SEALED.has(code) || (code === 'frame/checksum-missing' && this.#context.entry.crc === 'require');
  }

  #refuse(problem: BridgeError, bytes: Uint8Array): void {
    if (this.#isRefused(problem.code)) this.#patience.refused(problem);
    this.#context.frame({ bytes, error: problem });
    this.#context.report(problem);
  }

  #taken({ frame, seal }: Extract<Found, { error: null }>): P1Frame {
    const { entry } = this.#context;
    this.#hasCrc ||= frame.crcText !== null;
    // With neither tag nor CRC that is right, it may be noise: its counter would lock the meter out.
    if (seal && (seal.tagValid || entry.crc !== 'off')) this.#counters.remember(seal.envelope);
    if (seal?.tagValid === false && entry.tag === 'warn') this.#context.report(wrongTag());
    return frame;
  }
}

function wrongTag(): BridgeError {
  return new BridgeError('frame/authentication', 'the tag of a telegram is wrong, but its CRC is right', {
    hint: 'The telegram was read. Set auth_key right, or tag: off if the meter makes its tags wrong.',
  });
}
