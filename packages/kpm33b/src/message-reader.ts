import { KnownTexts } from './known-texts.ts';
import { Layout } from './layout.ts';
import { type DropReason, type MeterMessage, readMessage } from './message.ts';

/** Text of bytes, or null if they are no UTF-8. */
export type ReadText = (bytes: Uint8Array) => string | null;

/** Firmwares and models that send different tags, at once. */
const MOST_LAYOUTS = 4;
/** Learning is for fleets of one kind: where each message has another form it shall not be the main work. */
const LEARN_ONE_OF = 64;

/** Reads the messages of one topic; quickly if they have a form that was met before. */
export class MessageReader {
  readonly #readText: ReadText;
  readonly #known = new KnownTexts();
  #layouts: readonly Layout[] = [];
  #others = 0;

  constructor(readText: ReadText) {
    this.#readText = readText;
  }

  /** @returns the message, as it is until the next one is read, or why it is none */
  read(bytes: Uint8Array): MeterMessage | DropReason {
    for (const layout of this.#layouts) if (layout.read(bytes)) return layout;
    const message = readMessage(this.#readText(bytes));
    if (typeof message !== 'string' && this.#others++ % LEARN_ONE_OF === 0) this.#learn(bytes);
    return message;
  }

  #learn(bytes: Uint8Array): void {
    const layout = Layout.of(bytes, this.#known);
    if (layout) this.#layouts = [layout, ...this.#layouts].slice(0, MOST_LAYOUTS);
  }
}
