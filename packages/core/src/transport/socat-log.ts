/** Reads the log of a socat process, line by line. */
export class SocatLog {
  /** The last error it told. */
  complaint = 'socat ended';
  readonly #transfer: RegExp;
  #takenBytes = 0;
  #waiting: { readonly bytes: number; readonly done: () => void } | undefined;

  /** @param channel the file descriptor from which it takes the bytes that are counted */
  constructor(channel: number) {
    this.#transfer = new RegExp(` transferred (\\d+) bytes from ${channel} to `);
  }

  note(line: string): 'ready' | 'other' {
    this.complaint = / E (.*)$/.exec(line)?.[1] ?? this.complaint;
    const count = this.#transfer.exec(line)?.[1];
    if (count) this.#takenBytes += Number(count);
    this.#answer();
    return line.includes('starting data transfer loop') ? 'ready' : 'other';
  }

  /** Calls `done` when `bytes` have been taken since the start. One can wait at a time. */
  whenTaken(bytes: number, done: () => void): void {
    this.#waiting = { bytes, done };
    this.#answer();
  }

  #answer(): void {
    if (!this.#waiting || this.#takenBytes < this.#waiting.bytes) return;
    const { done } = this.#waiting;
    this.#waiting = undefined;
    done();
  }
}
