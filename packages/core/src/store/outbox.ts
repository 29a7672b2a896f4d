import type { Message } from '../mqtt/index.ts';

/** A message on its way to the broker. */
export interface Outgoing extends Message {
  /**
   * What becomes of it when the broker is away: a topic for values that came too late, where every one is kept, in
   * order; or null if only the latest message of its topic matters.
   */
  readonly backlogTopic: string | null;
}

export interface OutboxSettings {
  /** Messages that are kept at most; beyond, the oldest go. */
  readonly maxMessages: number;
}

/** What the broker has not confirmed yet. */
export interface Outbox {
  /** Messages that wait or are under way. */
  readonly size: number;
  /** Messages that were lost to the bound. */
  readonly dropped: number;
  put(message: Outgoing): void;
  /** The next message to send, or null; it stays in the outbox, as under way, until `done` or `back`. */
  take(): Outgoing | null;
  /** The broker has confirmed the message, or refused it for good. */
  done(message: Outgoing): void;
  /** The message did not get through: it is first in line again. */
  back(message: Outgoing): void;
  /**
   * The broker is there again: of the readings that waited, the newest of each topic goes first and as itself, the
   * others follow on their backlog topics, so that no old value is taken for a live one.
   */
  reconnected(): void;
  /** Topics on which readings wait. */
  waitingTopics(): ReadonlySet<string>;
}

/** An outbox that lives as long as the process. */
export class MemoryOutbox implements Outbox {
  dropped = 0;
  readonly #settings: OutboxSettings;
  /** Latest message of each topic, in the order in which they came. */
  readonly #latest = new Map<string, Outgoing>();
  /** Readings, of which every one counts. */
  #readings: Outgoing[] = [];
  /** Index of the first reading that waits; those before it are gone. */
  #next = 0;
  readonly #underWay = new Set<Outgoing>();
  /** Ascending along `#readings`, so that what did not get through finds its place again. */
  readonly #position = new WeakMap<Outgoing, number>();
  #positions = 0;

  constructor(settings: OutboxSettings) {
    this.#settings = settings;
  }

  get size(): number {
    return this.#latest.size + this.#readings.length - this.#next + this.#underWay.size;
  }

  put(message: Outgoing): void {
    if (message.backlogTopic === null) {
      // Deleted first, so that it moves behind what came before it.
      this.#latest.delete(message.topic);
      this.#latest.set(message.topic, message);
    } else this.#append(message);
    if (this.size > this.#settings.maxMessages) this.#dropOldest();
  }

  take(): Outgoing | null {
    const message = this.#latest.values().next().value ?? this.#readings[this.#next];
    if (!message) return null;
    if (message.backlogTopic === null) this.#latest.delete(message.topic);
    else this.#removeFirstReading();
    this.#underWay.add(message);
    return message;
  }

  done(message: Outgoing): void {
    this.#underWay.delete(message);
  }

  back(message: Outgoing): void {
    if (!this.#underWay.delete(message)) return;
    if (message.backlogTopic !== null) this.#putBack(message);
    else if (!this.#latest.has(message.topic)) this.#latest.set(message.topic, message);
  }

  reconnected(): void {
    const waiting = this.#readings.slice(this.#next);
    const newest = new Map(waiting.map((message) => [message.topic, message]));
    const late = waiting.filter((message) => newest.get(message.topic) !== message);
    this.#readings = [];
    this.#next = 0;
    for (const message of newest.values()) this.#append(message);
    for (const message of late) this.#append(toBacklog(message));
  }

  waitingTopics(): ReadonlySet<string> {
    return new Set(this.#readings.slice(this.#next).map(({ topic }) => topic));
  }

  #append(message: Outgoing): void {
    this.#position.set(message, this.#positions++);
    this.#readings.push(message);
  }

  #putBack(message: Outgoing): void {
    const position = this.#position.get(message) ?? 0;
    let at = this.#next;
    while (at < this.#readings.length && this.#position.get(this.#readings[at]!)! < position) at++;
    this.#readings.splice(at, 0, message);
  }

  #removeFirstReading(): void {
    this.#next++;
    // Shifting an array costs its length: it is done rarely, for many at once.
    if (this.#next < 1024) return;
    this.#readings = this.#readings.slice(this.#next);
    this.#next = 0;
  }

  #dropOldest(): void {
    const [topic] = this.#latest.keys();
    if (this.#next < this.#readings.length) this.#removeFirstReading();
    else if (topic !== undefined) this.#latest.delete(topic);
    else return;
    this.dropped++;
  }
}

function toBacklog(message: Outgoing): Outgoing {
  if (message.backlogTopic === null) return message;
  return { ...message, topic: message.backlogTopic, retain: false };
}
