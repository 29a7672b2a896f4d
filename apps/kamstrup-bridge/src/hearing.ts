import { BridgeError, type ErrorCode } from '@meterbridge/core/errors';
import { FrameSplitter, KMP_LIMIT, type KmpFrame, type Piece, scanKmp } from '@meterbridge/core/frames';
import type { SeenFrame } from '@meterbridge/core/observe';
import { type Answer, judge, type Objection } from './protocol/answer.ts';

/** Told of each frame that comes in. */
export type ShowFrame = (frame: SeenFrame) => void;

const RESPONSE = 0x40;

/** What was heard instead of an answer, the most telling first. */
const PROBLEMS: readonly (readonly [what: Objection | 'cut', code: ErrorCode, detail: string])[] = [
  ['crc_error', 'frame/checksum', 'the answer has a wrong CRC'],
  ['malformed', 'frame/malformed', 'the answer cannot be understood'],
  ['cut', 'frame/truncated', 'the answer broke off'],
  ['mismatch', 'meter/other-answer', 'the answer is to another question'],
  ['echo', 'meter/echo-only', 'only the echo of the question came back'],
];

/** Listens for the answer to one request. */
export class Hearing {
  readonly #request: KmpFrame;
  readonly #show: ShowFrame;
  readonly #splitter = new FrameSplitter(scanKmp, KMP_LIMIT);
  readonly #heard = new Set<Objection | 'cut'>();
  #hasNoise = false;

  constructor(request: KmpFrame, show: ShowFrame) {
    this.#request = request;
    this.#show = show;
  }

  /** The answer, if it ends in these bytes. */
  push(chunk: Uint8Array): Answer | null {
    // Meters send single zeros on their own (KMP description 5512-447, 2.1).
    this.#hasNoise ||= chunk.some((byte) => byte !== 0);
    return this.#look(this.#splitter.push(chunk));
  }

  /** Nothing more will come of what is under way. */
  end(): Answer | null {
    return this.#look(this.#splitter.end());
  }

  get isFramePending(): boolean {
    return this.#splitter.pending > 0;
  }

  /** An answer came, but in pieces. */
  get isDamaged(): boolean {
    return this.#heard.has('crc_error') || this.#heard.has('malformed') || this.#heard.has('cut');
  }

  /** Why there is no answer. */
  problem(): BridgeError {
    const found = PROBLEMS.find(([what]) => this.#heard.has(what));
    if (found) return new BridgeError(found[1], found[2]);
    if (this.#hasNoise) return new BridgeError('meter/unintelligible', 'what came back is no frame');
    return new BridgeError('meter/no-answer', 'nothing came back');
  }

  #look(pieces: readonly Piece[]): Answer | null {
    for (const { error, bytes } of pieces) {
      if (error) {
        const what = bytes[0] === RESPONSE ? 'cut' : 'echo';
        this.#heard.add(what);
        this.#show({ bytes, error: new BridgeError(error, `${bytes.length} bytes of a frame`) });
        continue;
      }
      const verdict = judge(this.#request, bytes);
      if ('answer' in verdict) {
        this.#show({ bytes, decoded: described(verdict.answer) });
        return verdict.answer;
      }
      this.#heard.add(verdict.objection);
      this.#show({ bytes, ...shownAs(verdict.objection) });
    }
    return null;
  }
}

function shownAs(objection: Objection): Omit<SeenFrame, 'bytes'> {
  const problem = PROBLEMS.find(([what]) => what === objection);
  if (!problem || objection === 'echo') return { decoded: objection };
  return { error: new BridgeError(problem[1], problem[2]) };
}

function described(answer: Answer): string {
  if (answer.kind !== 'registers') return `answer: ${answer.kind}`;
  return `answer: ${answer.records.length} of ${answer.records.length + answer.missing.length} registers`;
}
