import type { BridgeError } from '../errors/index.ts';
import { type Limits, settle } from '../time/index.ts';

/** Where the bytes come from; can be told to wait. */
export interface Inflow {
  pause(): void;
  resume(): void;
}

interface Reader {
  readonly resolve: (chunk: Uint8Array) => void;
  readonly reject: (error: unknown) => void;
}

/** Above this the inflow pauses. */
const LIMIT_BYTES = 256 * 1024;
/** What a chunk costs besides its bytes, so that a flood of tiny chunks is bounded too. */
const CHUNK_OVERHEAD_BYTES = 256;

/** The bytes that arrived on a link and were not read yet. */
export class ReceiveQueue {
  readonly #inflow: Inflow;
  #chunks: Uint8Array[] = [];
  #heldBytes = 0;
  #isPaused = false;
  #reader: Reader | undefined;
  #end: BridgeError | undefined;

  constructor(inflow: Inflow) {
    this.#inflow = inflow;
  }

  push(chunk: Uint8Array): void {
    if (this.#end || chunk.length === 0) return;
    if (this.#reader) {
      const { resolve } = this.#reader;
      this.#reader = undefined;
      resolve(chunk);
      return;
    }
    this.#chunks.push(chunk);
    this.#heldBytes += chunk.length + CHUNK_OVERHEAD_BYTES;
    if (this.#heldBytes > LIMIT_BYTES && !this.#isPaused) {
      this.#isPaused = true;
      this.#inflow.pause();
    }
  }

  /** Nothing more will arrive: reads throw `error` once all that is here was read. */
  end(error: BridgeError): void {
    if (this.#end) return;
    this.#end = error;
    this.#reader?.reject(error);
    this.#reader = undefined;
  }

  async read(limits: Limits): Promise<Uint8Array | null> {
    if (this.#reader) throw new Error('this link is being read already');
    limits.signal?.throwIfAborted();
    const chunk = this.#chunks.shift();
    if (chunk) {
      this.#heldBytes -= chunk.length + CHUNK_OVERHEAD_BYTES;
      this.#resumeIfRoom();
      return chunk;
    }
    if (this.#end) throw this.#end;
    return await settle<Uint8Array | null>(
      limits,
      () => null,
      (resolve, reject) => {
        this.#reader = { resolve, reject };
        return () => {
          this.#reader = undefined;
        };
      },
    );
  }

  discard(): boolean {
    const had = this.#chunks.length > 0;
    this.#chunks = [];
    this.#heldBytes = 0;
    this.#resumeIfRoom();
    return had;
  }

  #resumeIfRoom(): void {
    if (!this.#isPaused || this.#heldBytes > LIMIT_BYTES) return;
    this.#isPaused = false;
    this.#inflow.resume();
  }
}
