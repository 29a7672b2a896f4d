/** PUBACK of MQTT 5 and 3.1.1: success needs no reason code (MQTT 5, section 3.4.2.1). */
const PUBACK = 0x40;

interface Arrived {
  readonly packetId: number;
  isTaken: boolean;
}

/** Confirms messages to the broker in the order in which they came (MQTT 5, section 4.6), many with one write. */
export class Acknowledgements {
  readonly #write: (bytes: Uint8Array) => void;
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
    let count = this.#arrived.findIndex(({ isTaken }) => !isTaken);
    if (count < 0) count = this.#arrived.length;
    if (count === 0) return;
    const bytes = new Uint8Array(4 * count);
    for (const [at, { packetId }] of this.#arrived.splice(0, count).entries())
      bytes.set([PUBACK, 2, packetId >>> 8, packetId & 0xff], 4 * at);
    this.#write(bytes);
  }
}
