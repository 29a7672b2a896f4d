import type { BridgeError } from '../errors/index.ts';
import type { Message } from './message.ts';

/** Called once: the broker has the message, or why not. */
export type Done = (error?: BridgeError) => void;

interface Entry {
  readonly message: Message;
  readonly done: Done;
}

type Write = (message: Message, done: Done) => void;

/** The messages of one connection: never more under way than the broker takes, none outlives the connection. */
export class Outflow {
  readonly #limit: () => number;
  readonly #write: Write;
  readonly #waiting: Entry[] = [];
  readonly #underWay = new Set<Entry>();
  #onIdle: (() => void)[] = [];

  /** @param limit how many may be under way now */
  constructor(limit: () => number, write: Write) {
    this.#limit = limit;
    this.#write = write;
  }

  /** @param done called when the message is acknowledged (QoS 0: handed over) */
  add(message: Message, done: Done): void {
    this.#waiting.push({ message, done });
    this.#pump();
  }

  /** Gives up whatever is not acknowledged; returns those that the broker may have seen. */
  end(error: BridgeError): readonly Message[] {
    const seen = [...this.#underWay];
    const all = [...seen, ...this.#waiting.splice(0)];
    this.#underWay.clear();
    for (const { done } of all) done(error);
    this.#wake();
    return seen.map(({ message }) => message);
  }

  get isIdle(): boolean {
    return this.#underWay.size === 0 && this.#waiting.length === 0;
  }

  idle(): Promise<void> {
    return new Promise((resolve) => {
      this.#onIdle.push(resolve);
      this.#wake();
    });
  }

  #pump(): void {
    while (this.#underWay.size < this.#limit()) {
      const entry = this.#waiting.shift();
      if (entry === undefined) return;
      this.#underWay.add(entry);
      this.#write(entry.message, (refused) => this.#settle(entry, refused));
    }
  }

  #settle(entry: Entry, refused: BridgeError | undefined): void {
    // After the end of the connection its entries are settled already.
    if (!this.#underWay.delete(entry)) return;
    entry.done(refused);
    this.#pump();
    this.#wake();
  }

  #wake(): void {
    if (!this.isIdle) return;
    for (const resolve of this.#onIdle.splice(0)) resolve();
  }
}
