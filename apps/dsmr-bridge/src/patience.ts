import { BridgeError } from '@meterbridge/core/errors';
import { formatLine, type LineSettings } from '@meterbridge/core/model';

/** The slowest meters send every 10 s: three of their telegrams must have failed to come. */
const SILENT_AFTER_MS = 30_000;
/** Settings that are only tried get time for one telegram of the slowest meter. */
const TRIAL_MS = 12_000;
/** Shorter than the shortest telegram: what is less may be the rest of one. */
const TRIAL_BYTES = 200;
/** So many telegrams in a row that began and were not whole are no accident. */
const LOST_IN_A_ROW = 5;
const BRACKET = 0x28;
const SHARED =
  'Telegrams come, but some of their bytes are missing or changed: probably another program reads this port, too, and takes part of them (fuser -v shows which). Else check cable, adapter and the load of the machine.';

const PARITY =
  'The bytes look like 7 data bits with parity: set line: 9600 7E1 or 115200 7E1 (or 7E1 at the serial server).';
const SILENCED =
  'Telegrams came before: the cable was pulled out at the meter, or another program has begun to read this port and takes what arrives (fuser -v shows which).';

/** Watches a port on which telegrams should arrive, and says when to stop hoping. */
export class Patience {
  readonly #line: LineSettings | null;
  #isTrial: boolean;
  #lastByteMs = performance.now();
  #lastTelegramMs = performance.now();
  #hasWorked = false;
  /** Since the last telegram. */
  #bytes = 0;
  #highBytes = 0;
  /** Text, but for the eighth bit. */
  #textBytes = 0;
  #brackets = 0;
  #gapFollowed = false;
  #lostInARow = 0;
  /** Why frames that came are no telegrams, since the last telegram. */
  #refusal: BridgeError | null = null;

  /**
   * @param line what the port was opened with; null for a network port
   * @param isTrial other settings can be tried
   */
  constructor(line: LineSettings | null, isTrial: boolean) {
    this.#line = line;
    this.#isTrial = isTrial;
  }

  /** @param chunk what arrived, null for a gap */
  heard(chunk: Uint8Array | null, telegrams: number): void {
    const now = performance.now();
    if (chunk) this.#lastByteMs = now;
    if (telegrams > 0) {
      this.#lastTelegramMs = now;
      this.#hasWorked = true;
      this.#isTrial = false;
      this.#bytes = this.#highBytes = this.#textBytes = this.#brackets = 0;
      this.#refusal = null;
      this.#lostInARow = 0;
      return;
    }
    this.#gapFollowed = chunk === null;
    for (const byte of chunk ?? []) {
      if (byte >= 0x80) this.#highBytes++;
      if (byte === BRACKET) this.#brackets++;
      if (isText(byte & 0x7f)) this.#textBytes++;
    }
    this.#bytes += chunk?.length ?? 0;
  }

  /** A frame came that cannot be read: the line is right, something else is not. */
  refused(problem: BridgeError): void {
    this.#refusal = problem;
    this.#isTrial = false;
  }

  /** A telegram began, but did not come whole. What it looks like by now, if it looks like anything. */
  lost(): { readonly hint?: string } {
    this.#lostInARow++;
    // At another speed nothing would look like the beginning of one, again and again.
    if (this.#lostInARow > 1) this.#isTrial = false;
    return this.#lostHint();
  }

  #lostHint(): { readonly hint?: string } {
    return this.#lostInARow >= LOST_IN_A_ROW ? { hint: SHARED } : {};
  }

  /** Time to try other line settings: bytes came and were no telegram, or nothing came for long enough. */
  get isTrialOver(): boolean {
    if (!this.#isTrial || this.#looksLikePieces) return false;
    if (this.#bytes >= TRIAL_BYTES && this.#gapFollowed) return true;
    return performance.now() - this.#lastTelegramMs >= TRIAL_MS;
  }

  /** 7E1 read as 8N1 leaves the parity in the eighth bit of every other byte, and the text below it. */
  get looksLikeParity(): boolean {
    return this.#highBytes > this.#bytes / 3 && this.#textBytes > 0.95 * this.#bytes;
  }

  /** Lines of telegrams, even if none of them begins: no bit is wrong, but bytes are missing. */
  get #looksLikePieces(): boolean {
    return this.#textBytes - this.#highBytes > 0.98 * this.#bytes && this.#brackets > this.#bytes / 100;
  }

  /** What is wrong with the port by now, or null. */
  verdict(): BridgeError | null {
    const now = performance.now();
    if (now - this.#lastByteMs >= SILENT_AFTER_MS) {
      const hint = this.#hasWorked && this.#line ? { hint: SILENCED } : {};
      return new BridgeError('meter/silent', `nothing has arrived for ${SILENT_AFTER_MS / 1000} s`, hint);
    }
    if (now - this.#lastTelegramMs < SILENT_AFTER_MS || this.#bytes < TRIAL_BYTES) return null;
    if (this.#refusal) return this.#refusal;
    const facts = { bytes: this.#bytes, ...(this.#line && { line: formatLine(this.#line) }) };
    const detail = `${this.#bytes} bytes have arrived, but no telegram`;
    return new BridgeError('meter/unintelligible', detail, { facts, ...this.#looks() });
  }

  #looks(): { readonly hint?: string } {
    if (this.looksLikeParity) return { hint: PARITY };
    return this.#looksLikePieces ? { hint: SHARED } : this.#lostHint();
  }
}

/** What telegrams are made of: printable characters and line ends. */
export function isText(byte: number): boolean {
  return (byte >= 0x20 && byte < 0x7f) || byte === 0x0d || byte === 0x0a;
}
