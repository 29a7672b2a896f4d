import type { RecordFault } from './fault.ts';
import { type RecordHead, readRecordHead } from './record-head.ts';

/** A byte on the way through the blocks of known records. */
interface Node {
  head: RecordHead | null;
  next: (Node | null)[] | null;
}

/** A meter sends some tens of different ones; beyond this many bytes none are kept, whatever a line sends. */
const MOST_NODES = 4096;
const TEXT_VIF = 'FC';

/**
 * Heads of records by their bytes. Meters send the same ones in each telegram; what they mean is worked out once.
 * Whoever reads a record walks along its bytes: no byte of a head can be missing, and none be too many.
 */
export class HeadCache {
  readonly #root: Node = { head: null, next: null };
  readonly #isMsbFirst: boolean;
  #nodes = 0;

  constructor(isMsbFirst: boolean) {
    this.#isMsbFirst = isMsbFirst;
  }

  /** As {@link readRecordHead}. */
  read(bytes: Uint8Array, from: number, end: number): RecordHead | RecordFault {
    let node: Node | null | undefined = this.#root;
    for (let at = from; at < end && node.next; at++) {
      node = node.next[bytes[at]!];
      if (!node) break;
      if (node.head) return node.head;
    }
    const head = readRecordHead(bytes, from, end, this.#isMsbFirst);
    if (typeof head !== 'string') this.#keep(head, bytes, from);
    return head;
  }

  #keep(head: RecordHead, bytes: Uint8Array, from: number): void {
    // Behind FC, the length of the telegram has a say in where the text stands: that is looked at each time.
    if (this.#nodes + head.length > MOST_NODES || head.vib?.startsWith(TEXT_VIF)) return;
    let node = this.#root;
    for (let at = from; at < from + head.length; at++) {
      node.next ??= new Array<Node | null>(256).fill(null);
      const known: Node | null | undefined = node.next[bytes[at]!];
      if (known) node = known;
      else {
        const added: Node = { head: null, next: null };
        node.next[bytes[at]!] = added;
        node = added;
        this.#nodes++;
      }
    }
    node.head = head;
  }
}
