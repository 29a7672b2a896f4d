import type { ErrorCode } from '@meterbridge/core/errors';
import {
  type CrcPolicy,
  decodeP1,
  ENVELOPE,
  FrameSplitter,
  type P1Frame,
  type Piece,
  p1Scanner,
} from '@meterbridge/core/frames';
import { envelopeOpener, type Keys, type Opened, type Seal, type TagPolicy } from './encryption.ts';

/** A telegram, or bytes in which one was lost and why. */
export type Found =
  | { readonly bytes: Uint8Array; readonly error: null; readonly frame: P1Frame; readonly seal: Seal | null }
  | { readonly bytes: Uint8Array; readonly error: ErrorCode };

export interface TelegramOptions {
  readonly crc: CrcPolicy;
  readonly maxTelegramBytes: number;
  /** null: encrypted telegrams cannot be read. */
  readonly keys: Keys | null;
  readonly tag: TagPolicy;
}

/** Cuts what a port sends into telegrams, and opens those that are encrypted. */
export class TelegramSplitter {
  readonly #splitter: FrameSplitter;
  /** What the scanner has had opened, in the order in which the splitter then hands it out. */
  readonly #opened: Opened[] = [];

  constructor({ crc, maxTelegramBytes, keys, tag }: TelegramOptions) {
    const open = keys && envelopeOpener(keys, tag, crc);
    const judge = (envelope: Uint8Array): ErrorCode | null => {
      const opened = open ? open(envelope) : 'frame/encrypted';
      if (typeof opened === 'string') return opened;
      this.#opened.push(opened);
      return null;
    };
    this.#splitter = new FrameSplitter(p1Scanner(crc, judge), maxTelegramBytes);
  }

  push(chunk: Uint8Array): readonly Found[] {
    return this.#splitter.push(chunk).map((piece) => this.#found(piece));
  }

  /** The stream ended or fell silent: what is pending is judged as it stands. */
  end(): readonly Found[] {
    return this.#splitter.end().map((piece) => this.#found(piece));
  }

  #found({ error, bytes }: Piece): Found {
    if (error) return { bytes, error };
    if (bytes[0] === ENVELOPE) return { bytes, error, ...this.#opened.shift()! };
    return { bytes, error, frame: decodeP1(bytes), seal: null };
  }
}
