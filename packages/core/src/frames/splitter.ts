import type { ErrorCode } from '../errors/index.ts';
import type { Found, ScanFrame, Skip, StreamState } from './scan.ts';

/** A frame, or bytes in which one was lost and why. The bytes never change; they are cut from a larger buffer. */
export interface Piece {
  readonly error: ErrorCode | null;
  readonly bytes: Uint8Array;
}

const NOTHING: readonly Piece[] = [];

/** No byte in particular. */
const ANY = -1;

/** Size of a buffer for one frame after the other; what is kept of a frame keeps no more than this alive. */
const SLAB = 16_384;

/**
 * Cuts a stream of chunks into frames. The scanner only says what the next bytes are; buffer, size limit and
 * resynchronisation are here. A byte is copied once, whatever the chunks look like: the buffer is only written
 * behind its end, so that frames can be views of it, and a new one is begun when it is full.
 */
export class FrameSplitter {
  /** Bytes that belonged to no frame. */
  discarded = 0;
  readonly #scan: ScanFrame;
  readonly #limit: number;
  #buffer: Uint8Array;
  #head = 0;
  #tail = 0;
  // The scanner's last answer, in plain numbers: they are looked at for each chunk, and chunks may be single bytes.
  #resume = 0;
  #need = 0;
  /** While something is pending: the byte that it waits for. Else the byte that a frame begins with. */
  #until = ANY;
  /** Below this end of the buffer, a byte that is not waited for only needs to be kept. */
  #room = 0;

  /** @param limit bytes after which a frame without end is given up */
  constructor(scan: ScanFrame, limit: number) {
    this.#scan = scan;
    this.#limit = limit;
    this.#buffer = new Uint8Array(Math.min(limit, 1024));
  }

  /** Bytes that wait for the rest of their frame. */
  get pending(): number {
    return this.#tail - this.#head;
  }

  push(chunk: Uint8Array): readonly Piece[] {
    if (chunk.length === 1 && this.#passOver(chunk[0]!)) return NOTHING;
    if (chunk.length <= this.#limit - this.pending) return this.#receive(chunk);
    const pieces: Piece[] = [];
    for (let at = 0; at < chunk.length; ) {
      const room = Math.max(1, this.#limit - this.pending);
      pieces.push(...this.#receive(chunk.subarray(at, at + room)));
      at += room;
    }
    return pieces;
  }

  /** The stream ended or fell silent: what is pending is judged as it stands, then forgotten. */
  end(): readonly Piece[] {
    const pieces = this.#drain('ended');
    this.#head = this.#tail;
    this.#room = 0;
    this.#wait(0);
    return pieces;
  }

  /** Takes a byte that changes nothing. Most are like that, and some lines deliver them one by one: this is the short way. */
  #passOver(byte: number): boolean {
    if (byte === this.#until) return false;
    if (this.#tail < this.#room) {
      this.#buffer[this.#tail++] = byte;
      return true;
    }
    if (this.#until === ANY || this.pending > 0) return false;
    this.discarded++;
    return true;
  }

  #receive(chunk: Uint8Array): readonly Piece[] {
    const awaited = this.#until === ANY ? 0 : chunk.indexOf(this.#until);
    if (awaited >= 0) this.#until = ANY;
    if (this.pending > 0) this.#append(chunk);
    else {
      const noise = awaited < 0 ? chunk.length : awaited;
      this.discarded += noise;
      if (noise < chunk.length) this.#append(noise === 0 ? chunk : chunk.subarray(noise));
    }
    const isFull = this.pending >= this.#limit;
    const isWorthALook = isFull || (awaited >= 0 && this.pending >= this.#need);
    const pieces = isWorthALook ? this.#drain(isFull ? 'full' : 'open') : NOTHING;
    const isWaiting = this.#until !== ANY && this.pending > 0;
    this.#room = isWaiting ? Math.min(this.#buffer.length, this.#head + this.#limit - 1) : 0;
    return pieces;
  }

  #drain(state: StreamState): readonly Piece[] {
    let pieces: Piece[] | undefined;
    while (this.pending > 0) {
      const bytes = this.#buffer.subarray(this.#head, this.#tail);
      const answer = this.#scan(bytes, this.#resume, state);
      if (answer.kind === 'more') {
        this.#wait(answer.resume, answer.need, answer.until);
        break;
      }
      const piece = this.#take(answer, bytes);
      if (piece) {
        // Most chunks hold one frame: an array that is born with it takes less room than one that grows.
        if (pieces) pieces.push(piece);
        else pieces = [piece];
      }
      if (state === 'full' && this.pending < this.#limit) state = 'open';
    }
    return pieces ?? NOTHING;
  }

  /** Moves on behind a frame or a skip; null if there is nothing to tell of it. */
  #take(answer: Found | Skip, bytes: Uint8Array): Piece | null {
    if (answer.kind === 'frame') {
      const { length } = answer;
      this.#moveOn(length, this.#resume);
      return { error: null, bytes: length === bytes.length ? bytes : bytes.subarray(0, length) };
    }
    const { count, error, resume, until } = answer;
    this.discarded += count;
    this.#moveOn(count, resume ?? this.#resume);
    if (this.pending === 0) this.#until = until ?? ANY;
    return error ? { error, bytes: bytes.subarray(0, count) } : null;
  }

  #moveOn(count: number, resume: number): void {
    this.#head += count;
    this.#wait(Math.max(0, resume - count));
  }

  #append(chunk: Uint8Array): void {
    if (this.#tail + chunk.length > this.#buffer.length) this.#makeRoom(chunk.length);
    this.#buffer.set(chunk, this.#tail);
    this.#tail += chunk.length;
  }

  #makeRoom(length: number): void {
    const wanted = this.pending + length;
    const buffer = new Uint8Array(Math.max(2 * wanted, SLAB));
    buffer.set(this.#buffer.subarray(this.#head, this.#tail));
    this.#buffer = buffer;
    this.#tail = this.pending;
    this.#head = 0;
  }

  #wait(resume: number, need = 0, until = ANY): void {
    this.#resume = resume;
    this.#need = need;
    this.#until = until;
  }
}
