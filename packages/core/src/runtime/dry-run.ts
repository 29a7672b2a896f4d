import type { CloseOptions, Message, MqttClient } from '../mqtt/index.ts';
import type { Logger } from '../observe/index.ts';

/** What a bridge needs of the broker. */
export type BrokerClient = Pick<
  MqttClient,
  'connected' | 'receiveMaximum' | 'connect' | 'send' | 'subscribe' | 'close'
>;

/** In place of the broker: takes everything, and writes it to the log. */
export class DryRun implements BrokerClient {
  readonly connected = true;
  readonly receiveMaximum = 65_535;
  readonly #birth: Message;
  readonly #log: Logger;
  readonly #onConnect: () => void;

  /** @param birth sent on connect, before anything else */
  constructor(birth: Message, log: Logger, onConnect: () => void) {
    this.#birth = birth;
    this.#log = log;
    this.#onConnect = onConnect;
  }

  connect(): void {
    this.#tell(this.#birth);
    this.#onConnect();
  }

  send(message: Message, done: () => void): void {
    this.#tell(message);
    queueMicrotask(done);
  }

  subscribe(): () => void {
    return () => undefined;
  }

  async close({ last = [] }: CloseOptions = {}): Promise<void> {
    for (const message of last) this.#tell(message);
  }

  #tell({ topic, payload, retain }: Message): void {
    this.#log.info({ topic, payload, retain }, 'would be sent');
  }
}
