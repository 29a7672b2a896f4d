import { formatInstant, identityOf, type Meter, valueToJson, valueToText } from '../model/index.ts';
import type { Qos, Topics } from '../mqtt/index.ts';
import type { Outgoing } from '../store/index.ts';
import type { KnownMeter } from './last-readings.ts';

export interface PublisherSettings {
  readonly topics: Topics;
  readonly output: 'json' | 'attributes' | 'both';
  readonly qos: Qos;
  readonly retain: boolean;
}

/** Makes messages of what the meters told. */
export class Publisher {
  readonly #settings: PublisherSettings;
  readonly #put: (message: Outgoing) => void;

  constructor(settings: PublisherSettings, put: (message: Outgoing) => void) {
    this.#settings = settings;
    this.#put = put;
  }

  /** A measurement that is missing this time is told as null. */
  publish(known: KnownMeter): void {
    if (this.#settings.output !== 'attributes') this.#put(this.#readingMessage(known, true));
    this.#putValues(known);
  }

  /** The same again, for a broker that has lost it. @param waits a reading of this meter waits for the broker */
  resend(known: KnownMeter, waits: boolean): void {
    if (this.#settings.output !== 'attributes' && !waits) this.#put(this.#readingMessage(known, false));
    this.#putValues(known);
  }

  /** The meter is no more: what the broker keeps of it is removed, but for what others have taken. */
  forget(known: KnownMeter, others: Iterable<KnownMeter>): void {
    const { topics, output, retain } = this.#settings;
    if (!retain) return;
    const topic = topics.reading(known.meter);
    const values = topics.attribute(known.meter, '');
    let isTaken = false;
    const left = new Set(known.values.keys());
    for (const other of others) {
      isTaken ||= topics.reading(other.meter) === topic;
      if (topics.attribute(other.meter, '') === values)
        for (const key of other.values.keys()) left.delete(key);
    }
    // In line with the readings, so that none of those that wait comes after it.
    if (output !== 'attributes' && !isTaken) this.#put({ ...this.#readingMessage(known, true), payload: '' });
    this.#clear(known.meter, [...left]);
  }

  /** These parameters are published no more: what the broker keeps of them is removed. */
  withdraw({ meter, values }: KnownMeter, keys: readonly string[]): void {
    if (this.#settings.retain)
      this.#clear(
        meter,
        keys.filter((key) => values.has(key)),
      );
  }

  #readingMessage(known: KnownMeter, isNew: boolean): Outgoing {
    const { topics, qos, retain } = this.#settings;
    const { meter } = known;
    return {
      topic: topics.reading(meter),
      payload: jsonOf(known),
      qos,
      retain,
      backlogTopic: isNew ? topics.backlog(meter) : null,
    };
  }

  /** A value that the meter did not tell leaves its topic as it is. */
  #putValues({ meter, values }: KnownMeter): void {
    const { topics, output } = this.#settings;
    if (output === 'json') return;
    for (const [key, { value }] of values)
      if (value !== null) this.#put(this.#valueMessage(topics.attribute(meter, key), valueToText(value)));
  }

  #clear(meter: Meter, keys: readonly string[]): void {
    const { topics, output } = this.#settings;
    if (output === 'json') return;
    for (const key of keys) this.#put(this.#valueMessage(topics.attribute(meter, key), ''));
  }

  #valueMessage(topic: string, payload: string): Outgoing {
    const { qos, retain } = this.#settings;
    return { topic, payload, qos, retain, backlogTopic: null, isValue: true };
  }
}

function jsonOf({ meter, time, values }: KnownMeter): string {
  let json = `{"time":"${formatInstant(time)}","meter":${JSON.stringify(identityOf(meter))}`;
  for (const [key, { value }] of values) json += `,${JSON.stringify(key)}:${valueToJson(value)}`;
  return `${json}}`;
}
