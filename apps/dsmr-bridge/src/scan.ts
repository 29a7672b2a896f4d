import { BridgeError, type ErrorCode } from '@meterbridge/core/errors';
import type { P1Frame } from '@meterbridge/core/frames';
import type { Address, LineSettings } from '@meterbridge/core/model';
import type { Link } from '@meterbridge/core/transport';
import type { Keys, Seal } from './encryption.ts';
import { FAST, SLOW } from './line-choice.ts';
import { isText } from './patience.ts';
import { type Found, TelegramSplitter } from './telegrams.ts';

/** The slowest meters send every 10 s; two of these and the time to open a port stay below 25 s. */
const LISTEN_MS = 11_000;
/** A telegram that has begun by then may come whole: at 9600 baud a long one takes so much time. */
const TELEGRAM_MS = 1_500;
const GAP_MS = 1_000;
/** Bytes that are no text are given up after this; text may be the end of a telegram, and the next one is worth waiting for. */
const GARBLED_MS = 3_000;
const GARBLED_BYTES = 200;
const LIMIT = 16_384;

export interface Scanned {
  readonly line: LineSettings;
  /** null: it is encrypted, and cannot be read because of `problem`. */
  readonly frame: P1Frame | null;
  readonly problem: ErrorCode | null;
  /** null: it is not encrypted, or cannot be read. */
  readonly seal: Seal | null;
}

export interface ScanOptions {
  open(address: Address, line: LineSettings): Promise<Link>;
  readonly keys: Keys | null;
  readonly signal: AbortSignal;
}

/**
 * Finds out how a meter sends.
 * @throws BridgeError link/…, meter/silent, meter/unintelligible
 */
export async function scanPort(address: Address, options: ScanOptions): Promise<Scanned> {
  const lines = address.kind === 'serial' ? [FAST, SLOW] : [FAST];
  let bytes = 0;
  for (const line of lines) {
    await using link = await options.open(address, line);
    const heard = await listen(link, line, options);
    if (typeof heard !== 'number') return heard;
    bytes += heard;
  }
  if (bytes === 0) throw new BridgeError('meter/silent', 'nothing arrives');
  throw new BridgeError('meter/unintelligible', `${bytes} bytes arrived, but no telegram`);
}

/** A telegram, or how many bytes came that were none. */
async function listen(
  link: Link,
  line: LineSettings,
  { keys, signal }: ScanOptions,
): Promise<Scanned | number> {
  const options = { crc: 'if-present', tag: 'warn', keys, maxTelegramBytes: LIMIT } as const;
  const asSent = new TelegramSplitter(options);
  const without8th = new TelegramSplitter(options);
  const seven: LineSettings = { ...line, dataBits: 7, parity: 'even' };
  const startMs = performance.now();
  const rest = new Rest();
  let endMs = startMs + LISTEN_MS;
  while (performance.now() < endMs) {
    const chunk = await link.read({ timeoutMs: GAP_MS, signal });
    const found =
      scannedOf(chunk ? asSent.push(chunk) : asSent.end(), line) ??
      // 7E1 read as 8N1 has its parity in the eighth bit.
      scannedOf(chunk ? without8th.push(chunk.map((byte) => byte & 0x7f)) : without8th.end(), seven);
    if (found) return found;
    if (chunk) rest.add(chunk);
    if (rest.isGarbled) break;
    endMs = startMs + LISTEN_MS + (chunk ? TELEGRAM_MS : 0);
  }
  return rest.bytes;
}

/** What arrived and was no telegram. */
class Rest {
  bytes = 0;
  #textBytes = 0;
  #sinceMs = Number.POSITIVE_INFINITY;

  add(chunk: Uint8Array): void {
    this.#sinceMs = Math.min(this.#sinceMs, performance.now());
    this.bytes += chunk.length;
    for (const byte of chunk) if (isText(byte & 0x7f)) this.#textBytes++;
  }

  get isGarbled(): boolean {
    const mayBeText = this.bytes < GARBLED_BYTES || this.#textBytes > 0.95 * this.bytes;
    return !mayBeText && performance.now() - this.#sinceMs > GARBLED_MS;
  }
}

function scannedOf(found: readonly Found[], line: LineSettings): Scanned | null {
  for (const one of found) {
    if (one.error === null) return { line, frame: one.frame, problem: null, seal: one.seal };
    if (one.error === 'frame/encrypted' || one.error === 'frame/decryption')
      return { line, frame: null, problem: one.error, seal: null };
  }
  return null;
}
