import type { ErrorCode } from '../errors/index.ts';

/** What a protocol knows about the bytes that are next in a stream. */
export type Scan = More | Skip | Found;

/** No frame ends here yet. */
export interface More {
  readonly kind: 'more';
  /** Where the next scan may resume: what comes before was looked at and need not be again. */
  readonly resume: number;
  /** Nothing changes before this many bytes are there … */
  readonly need?: number;
  /** … or before this byte arrives. */
  readonly until?: number;
}

/** The first `count` bytes belong to no frame. With an error, a frame was lost in them; else they are noise. */
export interface Skip {
  readonly kind: 'skip';
  readonly count: number;
  readonly error?: ErrorCode;
  /** As of `more`, counted before the skip. */
  readonly resume?: number;
  /** If nothing is left after this skip, all that comes before this byte is noise as well. */
  readonly until?: number;
}

/** The first `length` bytes are a frame. */
export interface Found {
  readonly kind: 'frame';
  readonly length: number;
}

/**
 * - `open`: more bytes may follow.
 * - `full`: the size limit is reached; if no frame ends here, the one at the beginning is given up.
 * - `ended`: nothing follows any more; all bytes must be decided on.
 */
export type StreamState = 'open' | 'full' | 'ended';

/** Looks at the next bytes of a stream; pure. `resume` comes from the last answer that told one, else 0. */
export type ScanFrame = (bytes: Uint8Array, resume: number, state: StreamState) => Scan;
