import { BridgeError } from '../errors/index.ts';
import { type Limits, settle } from '../time/index.ts';

type Done = (error?: Error | null) => void;

interface Write {
  readonly bytes: Uint8Array;
  readonly resolve: () => void;
  readonly reject: (error: BridgeError) => void;
}

/** Sends one write after the other. Behind one that is stuck nothing piles up: the others leave when their time is up. */
export class SendQueue {
  readonly #name: string;
  readonly #send: (bytes: Uint8Array, done: Done) => void;
  #sending: Write | undefined;
  #waiting: Write[] = [];
  #end: BridgeError | undefined;

  /** @param send calls `done` when the bytes have left */
  constructor(name: string, send: (bytes: Uint8Array, done: Done) => void) {
    this.#name = name;
    this.#send = send;
  }

  async write(bytes: Uint8Array, limits: Limits): Promise<void> {
    await settle<void>(
      limits,
      () => {
        throw new BridgeError('link/timeout', `${this.#name} did not take ${bytes.length} bytes in time`, {
          facts: { link: this.#name, timeoutMs: limits.timeoutMs },
        });
      },
      (resolve, reject) => {
        // Copied: who has written may use the bytes again, even if they are still waiting here.
        const write = { bytes: new Uint8Array(bytes), resolve, reject };
        this.#waiting.push(write);
        this.#sendNext();
        return () => {
          this.#waiting = this.#waiting.filter((other) => other !== write);
        };
      },
    );
  }

  /** Whatever waits, and every later write, throws `error`. */
  end(error: BridgeError): void {
    this.#end ??= error;
    this.#sending?.reject(this.#end);
    for (const write of this.#waiting.splice(0)) write.reject(this.#end);
  }

  #sendNext(): void {
    if (this.#end) this.end(this.#end);
    if (this.#sending) return;
    const write = this.#waiting.shift();
    if (!write) return;
    this.#sending = write;
    this.#send(write.bytes, (error) => {
      this.#sending = undefined;
      if (error) {
        const facts = { link: this.#name };
        write.reject(
          new BridgeError('link/lost', `${this.#name} is lost: ${error.message}`, { facts, cause: error }),
        );
      } else write.resolve();
      this.#sendNext();
    });
  }
}
