import type { BridgeError } from '../errors/index.ts';
import { LatestMessages } from './latest.ts';
import type { OutboxLimits, Outgoing } from './outgoing.ts';
import { Readings } from './readings.ts';

/**
 * What the broker has not confirmed yet. Readings are kept in a file if there is one; of everything else only the latest
 * message of each topic counts, and the next reading, or the next connection, brings it anew: memory is enough.
 * States go first. Readings and single values take turns: each reading brings its values anew, so that on a slow link
 * either of the two would never let the other through.
 */
export class Outbox {
  readonly readings: Readings;
  readonly #states = new LatestMessages({ keepsPlace: false });
  /** Whose next value comes before the last one is through would else never have its turn. */
  readonly #values = new LatestMessages({ keepsPlace: true });
  readonly #maxMessages: number;
  #droppedLatest = 0;
  #isReadingsTurn = false;

  constructor(limits: OutboxLimits) {
    this.readings = new Readings(limits);
    this.#maxMessages = limits.maxMessages;
  }

  /** Messages that wait or are under way. */
  get size(): number {
    return this.#states.size + this.#values.size + this.readings.size;
  }

  /** Messages that were lost to the limits, or with a damaged file. */
  get dropped(): number {
    return this.#droppedLatest + this.readings.dropped;
  }

  put(message: Outgoing): void {
    if (message.backlogTopic !== null) {
      this.readings.put(message, message.backlogTopic);
      return;
    }
    const latest = this.#latestOf(message);
    latest.put(message);
    if (latest.waiting <= this.#maxMessages) return;
    latest.dropOldest();
    this.#droppedLatest++;
  }

  /** The next message to send, or null; it stays in the outbox, as under way, until `done`, `refused` or `back`. */
  take(): Outgoing | null {
    const state = this.#states.take();
    if (state) return state;
    this.#isReadingsTurn = !this.#isReadingsTurn;
    return this.#isReadingsTurn
      ? (this.readings.take() ?? this.#values.take())
      : (this.#values.take() ?? this.readings.take());
  }

  /** The broker has confirmed the message. */
  done(message: Outgoing): void {
    if (message.backlogTopic === null) this.#latestOf(message).done(message);
    else this.readings.done(message);
  }

  /** The broker refused the message for good. A reading is put to the dead letters. */
  refused(message: Outgoing, error: BridgeError): void {
    if (message.backlogTopic === null) this.#latestOf(message).done(message);
    else this.readings.refused(message, error.code, error.message);
  }

  /** The message did not get through: it is first in line again. */
  back(message: Outgoing): void {
    if (message.backlogTopic === null) this.#latestOf(message).back(message);
    else this.readings.back(message);
  }

  /** The broker is away: nothing is confirmed until it is there again. */
  disconnected(): void {
    this.readings.disconnected();
  }

  /**
   * The broker is there again: of the readings that waited, the newest of each topic goes first and as itself, the
   * others follow on their backlog topics, so that no old value is taken for a live one.
   */
  reconnected(): void {
    this.readings.reconnected();
  }

  /** Topics on which readings wait that will be sent as live ones. */
  waitingTopics(): ReadonlySet<string> {
    return this.readings.waitingTopics;
  }

  #latestOf({ isValue }: Outgoing): LatestMessages {
    return isValue ? this.#values : this.#states;
  }
}
