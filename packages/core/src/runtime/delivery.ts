import type { BridgeError } from '../errors/index.ts';
import type { Message } from '../mqtt/index.ts';
import type { Outbox, Outgoing } from '../store/index.ts';

/** Messages under way at once, if the broker allows as many. */
const WINDOW = 1_000;

export interface DeliveryClient {
  readonly connected: boolean;
  readonly receiveMaximum: number;
  send(message: Message, done: (error?: BridgeError) => void): void;
}

/** Moves messages from the outbox to the broker while it is there. */
export class Delivery {
  delivered = 0;
  refused = 0;
  readonly #client: DeliveryClient;
  readonly #outbox: Outbox;
  readonly #onRefused: (message: Outgoing, error: BridgeError) => void;
  /** Closed from the loss of a connection until the outbox has sorted the old from the new. */
  #isOpen = false;
  #underWay = 0;
  #idle: (() => void)[] = [];

  /** @param onRefused the broker refused a message for good */
  constructor(
    client: DeliveryClient,
    outbox: Outbox,
    onRefused: (message: Outgoing, error: BridgeError) => void,
  ) {
    this.#client = client;
    this.#outbox = outbox;
    this.#onRefused = onRefused;
  }

  put(message: Outgoing): void {
    this.#outbox.put(message);
    this.pump();
  }

  /** To be called when the broker is there again, after the state messages of the bridge itself. */
  connected(): void {
    this.#outbox.reconnected();
    this.#isOpen = true;
    this.pump();
  }

  disconnected(): void {
    this.#isOpen = false;
    this.#outbox.disconnected();
    this.#wakeWaiting();
  }

  /** Resolves when nothing waits any more. */
  async drained(): Promise<void> {
    while (this.#outbox.size > 0 && this.#isOpen) {
      await new Promise<void>((resolve) => this.#idle.push(resolve));
    }
  }

  /** Sends what may be sent; to be called when the outbox may have more than it said. */
  pump(): void {
    const window = Math.min(WINDOW, this.#client.receiveMaximum);
    while (this.#isOpen && this.#client.connected && this.#underWay < window) {
      const message = this.#outbox.take();
      if (!message) return;
      this.#underWay++;
      this.#client.send(message, (error) => this.#sent(message, error));
    }
  }

  #sent(message: Outgoing, error: BridgeError | undefined): void {
    this.#underWay--;
    if (error) this.#failed(message, error);
    else {
      this.#outbox.done(message);
      this.delivered++;
    }
    this.pump();
    this.#wakeWaiting();
  }

  #wakeWaiting(): void {
    if (this.#idle.length === 0) return;
    for (const wake of this.#idle.splice(0)) wake();
  }

  #failed(message: Outgoing, error: BridgeError): void {
    if (error.code === 'mqtt/lost') {
      // Tried again only after the next `connected`: a client that is closing would refuse it for ever.
      this.#isOpen = false;
      this.#outbox.back(message);
      return;
    }
    this.#outbox.refused(message, error);
    this.refused++;
    this.#onRefused(message, error);
  }
}
