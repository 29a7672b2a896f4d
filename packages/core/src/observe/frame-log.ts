import type { BridgeError } from '../errors/index.ts';
import { Ring } from './ring.ts';

const FRAMES = 50;
/** No meter sends so much at once; a noisy line may. */
const MAX_BYTES = 65_536;

/** A frame, or the bytes in which one was lost, as they came over the wire. */
export interface SeenFrame {
  readonly bytes: Uint8Array;
  /** Why nothing could be made of it. */
  readonly error?: BridgeError;
  /** What was made of it, in a few words. */
  readonly decoded?: string;
}

export interface LoggedFrame extends SeenFrame {
  /** When it arrived, in milliseconds since 1970. */
  readonly timeMs: number;
}

/** The last frames of a line. */
export class FrameLog {
  readonly #frames = new Ring<LoggedFrame>(FRAMES);

  add(frame: SeenFrame): void {
    // A frame may be a view of a large buffer that it would keep alive.
    this.#frames.push({ ...frame, bytes: frame.bytes.slice(0, MAX_BYTES), timeMs: Date.now() });
  }

  /** Oldest first. */
  frames(): readonly LoggedFrame[] {
    return this.#frames.toArray();
  }
}
