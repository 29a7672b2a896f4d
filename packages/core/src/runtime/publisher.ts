import {
  formatInstant,
  identityOf,
  type Measurement,
  type Meter,
  type Reading,
  valueToJson,
  valueToText,
} from '../model/index.ts';
import type { Qos, Topics } from '../mqtt/index.ts';
import type { Outgoing } from '../store/index.ts';

export interface PublisherSettings {
  readonly topics: Topics;
  readonly output: 'json' | 'attributes' | 'both';
  readonly qos: Qos;
  readonly retain: boolean;
}

/** What is known of a meter from its readings so far. */
interface Published {
  readonly meter: Meter;
  /** The identity part of its JSON. */
  readonly identity: string;
  /** Every measurement it ever told, so that one that is missing this time can be told as null. */
  readonly keys: Map<
    string,
    { readonly measurement: Measurement; readonly topic: string; text: string | null }
  >;
  json: string;
}

/** Makes messages of readings, and remembers the last ones for a broker that has lost them. */
export class Publisher {
  readonly #settings: PublisherSettings;
  readonly #put: (message: Outgoing) => void;
  readonly #meters = new Map<string, Published>();

  constructor(settings: PublisherSettings, put: (message: Outgoing) => void) {
    this.#settings = settings;
    this.#put = put;
  }

  publish(reading: Reading): void {
    const published = this.#published(reading.meter);
    const { output } = this.#settings;
    const told = new Map(
      reading.values.map(({ measurement, value }) => [measurement.key, { measurement, value }]),
    );
    for (const [key, { measurement }] of told) this.#learn(published, key, measurement);
    let json = `{"time":"${formatInstant(reading.time)}","meter":${published.identity}`;
    for (const [key, known] of published.keys) {
      const value = told.get(key)?.value ?? null;
      known.text = value === null ? null : valueToText(value);
      json += `,${JSON.stringify(key)}:${valueToJson(value)}`;
    }
    published.json = `${json}}`;
    if (output !== 'attributes') this.#put(this.#readingMessage(published, true));
    if (output !== 'json') for (const message of this.#attributeMessages(published)) this.#put(message);
  }

  /** Sends the last state of every meter again, but for those whose readings still wait. */
  resend(waiting: ReadonlySet<string>): void {
    const { output, topics } = this.#settings;
    for (const published of this.#meters.values()) {
      const waits = waiting.has(topics.reading(published.meter));
      if (output !== 'attributes' && !waits) this.#put(this.#readingMessage(published, false));
      if (output !== 'json') for (const message of this.#attributeMessages(published)) this.#put(message);
    }
  }

  /** The meter is no more: what the broker keeps of it is removed, unless another one has taken its name. */
  forget(meter: Meter): void {
    const { topics, output, retain } = this.#settings;
    const topic = topics.reading(meter);
    const known = this.#meters.get(meter.uniqueId);
    if (!known || topics.reading(known.meter) !== topic) return;
    this.#meters.delete(meter.uniqueId);
    if (!retain) return;
    const others = [...this.#meters.values()];
    const taken = new Set(others.flatMap(({ keys }) => Array.from(keys.values(), (one) => one.topic)));
    const isTaken = others.some((other) => topics.reading(other.meter) === topic);
    // In line with the readings, so that none of those that wait comes after it.
    if (output !== 'attributes' && !isTaken) this.#put({ ...this.#readingMessage(known, true), payload: '' });
    if (output === 'json') return;
    for (const { topic: attribute } of known.keys.values()) {
      if (!taken.has(attribute)) this.#put(this.#valueMessage(attribute, ''));
    }
  }

  /** These parameters are published no more: what the broker keeps of them is removed. */
  withdraw(meter: Meter, keys: readonly string[]): void {
    const known = this.#meters.get(meter.uniqueId);
    const { output, retain } = this.#settings;
    for (const key of keys) {
      const topic = known?.keys.get(key)?.topic;
      known?.keys.delete(key);
      if (topic === undefined || output === 'json' || !retain) continue;
      this.#put(this.#valueMessage(topic, ''));
    }
  }

  #published(meter: Meter): Published {
    const known = this.#meters.get(meter.uniqueId);
    if (known?.meter === meter) return known;
    const identity = JSON.stringify(identityOf(meter));
    const isSame = known !== undefined && known.meter.id === meter.id && known.meter.type === meter.type;
    const published = { meter, identity, keys: isSame ? known.keys : new Map(), json: '' };
    this.#meters.set(meter.uniqueId, published);
    return published;
  }

  #learn(published: Published, key: string, measurement: Measurement): void {
    if (published.keys.has(key)) return;
    const topic = this.#settings.topics.attribute(published.meter, key);
    published.keys.set(key, { measurement, topic, text: null });
  }

  #readingMessage({ meter, json }: Published, isNew: boolean): Outgoing {
    const { topics, qos, retain } = this.#settings;
    return {
      topic: topics.reading(meter),
      payload: json,
      qos,
      retain,
      backlogTopic: isNew ? topics.backlog(meter) : null,
    };
  }

  /** A value that the meter did not tell leaves its topic as it is. */
  #attributeMessages({ keys }: Published): readonly Outgoing[] {
    return [...keys.values()].flatMap(({ topic, text }) =>
      text === null ? [] : [this.#valueMessage(topic, text)],
    );
  }

  #valueMessage(topic: string, payload: string): Outgoing {
    const { qos, retain } = this.#settings;
    return { topic, payload, qos, retain, backlogTopic: null, isValue: true };
  }
}
