/** PUBACK of MQTT 5 and 3.1.1: success needs no reason code (MQTT 5, section 3.4.2.1). */
const PUBACK = 0x40;
/** Of an acknowledgement. */
const BYTES = 4;

/** Confirms messages to the broker in the order in which they came (MQTT 5, section 4.6), many with one write. */
export class Acknowledgements {
  readonly #write: (bytes: Uint8Array) => void;
  /** In the order of arrival. */
  #arrived: Arrived[] = [];
  #isScheduled = false;

  constructor(write: (bytes: Uint8Array) => void) {
    this.#write = write;
  }

  /** @returns to be called when the message is in good hands */
  expect(packetId: number): () => void {
    const arrived: Arrived = { packetId, isTaken: false };
    this.#arrived.push(arrived);
    return () => {
      arrived.isTaken = true;
      if (this.#isScheduled || this.#arrived[0] !== arrived) return;
      this.#isScheduled = true;
      setImmediate(() => this.flush());
    };
  }

  /** Writes what was taken and is next in line. */
  flush(): void {
    this.#isScheduled = false;
    const all = this.#arrived;
    let count = 0;
    while (count < all.length && all[count]!.isTaken) count++;
    if (count === 0) return;
    const bytes = new Uint8Array(BYTES * count);
    for (let at = 0; at < count; at++) {
      const { packetId } = all[at]!;
      bytes[BYTES * at] = PUBACK;
      bytes[BYTES * at + 1] = 2;
      bytes[BYTES * at + 2] = packetId >>> 8;
      bytes[BYTES * at + 3] = packetId & 0xff;
    }
    this.#arrived = all.slice(count);
    this.#write(bytes);
  }
}

interface Arrived {
  readonly packetId: number;
  isTaken: boolean;
}
