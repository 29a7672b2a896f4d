import type { StateSpace } from '../store/index.ts';
import type { BrokerClient } from './dry-run.ts';

type Client = Pick<BrokerClient, 'connected' | 'send'>;

/** Where the bridge says that the broker shall forget something: until it has confirmed that, also after a restart. */
export class Removals {
  readonly #space: StateSpace;
  readonly #client: Client;

  /** @param client the broker itself: in the outbox, what is newer would take its place */
  constructor(space: StateSpace, client: Client) {
    this.#space = space;
    this.#client = client;
  }

  /** @param payload empty to remove what is retained on the topic; or an order that Home Assistant must see once */
  add(topic: string, payload = ''): void {
    this.#space.set(topic, payload);
    if (this.#client.connected) this.#tell(topic, payload);
  }

  /** Something is on the topic again that shall stay. */
  cancel(topic: string): void {
    if (this.#space.get(topic) === '') this.#space.delete(topic);
  }

  /** To be called before anything else is sent. */
  connected(): void {
    for (const topic of this.#space.keys()) {
      const payload = this.#space.get(topic);
      if (typeof payload === 'string') this.#tell(topic, payload);
    }
  }

  #tell(topic: string, payload: string): void {
    this.#client.send({ topic, payload, qos: 1, retain: true }, (error) => {
      // Whom the broker refuses will not be heard the next time either.
      const isOver = error === undefined || error.code !== 'mqtt/lost';
      if (isOver && this.#space.get(topic) === payload) this.#space.delete(topic);
    });
  }
}
