import { isEnabled } from './discovery.ts';
import { type Level, measurements } from './measurements.ts';
import { type DropReason, MAX_MESSAGE_BYTES, type MeterMessage } from './message.ts';
import { MessageReader, type ReadText } from './message-reader.ts';
import { Recent } from './recent.ts';
import { SeenTimes } from './seen-times.ts';
import type { MeterSettings, ProxySettings } from './settings.ts';
import { type Shard, workerByBytes, workerById } from './shard.ts';
import { dataTopic } from './topics.ts';

/** What becomes of a message. */
export type Conversion =
  | {
      readonly dropped: null;
      readonly id: string;
      readonly topic: string;
      /** JSON. */
      readonly payload: string;
    }
  | {
      readonly dropped: DropReason;
      readonly id: string | null;
      /** The topic on which the first copy of a duplicate was published. */
      readonly copyOn: string | null;
    };

/** Ids come from the network: the memory must not grow with them. */
const MAX_METERS = 10_000;

/** Makes of what meters send what is published; remembers what came twice. */
export class MessageConverter {
  readonly #settings: ProxySettings;
  readonly #shard: Shard;
  readonly #readers: Readonly<Record<Level, MessageReader>>;
  readonly #fields: FieldLists;
  readonly #feeds = { seconds: new Recent<Feed>(MAX_METERS), minutes: new Recent<Feed>(MAX_METERS) };
  readonly #json = new LastJson();

  /** @param shard only the messages of this worker are converted */
  constructor(settings: ProxySettings, readText: ReadText, shard: Shard = { index: 0, count: 1 }) {
    this.#settings = settings;
    this.#shard = shard;
    this.#readers = { seconds: new MessageReader(readText), minutes: new MessageReader(readText) };
    this.#fields = fieldLists(settings.meters);
  }

  /** Checks and converts a message; null if it is another worker's. Never throws. */
  convert(topic: string, payload: Uint8Array): Conversion | null {
    const { index, count } = this.#shard;
    const worker = count === 1 ? 0 : workerByBytes(payload, count);
    if (worker !== null && worker !== index) return null;
    const converted = this.#convert(topic, payload);
    const isOurs = worker !== null || workerById(converted.id, count) === index;
    return isOurs ? converted : null;
  }

  #convert(topic: string, payload: Uint8Array): Conversion {
    const level = this.#levelOf(topic);
    if (level === null) return drop('unhandled-topic');
    if (payload.length > MAX_MESSAGE_BYTES) return drop('too-large');
    const message = this.#readers[level].read(payload);
    if (typeof message === 'string') return drop(message);
    const { id } = message;
    const reason = this.#check(message);
    if (reason !== null) return drop(reason, id);
    const { time } = message;
    const feed = this.#feedOf(id, level);
    if (time !== null && !feed.seen.add(time)) return drop('duplicate', id, feed.topic);
    let json = feed.begin + this.#json.of(time);
    for (const { before, tag } of feed.fields) json += `${before}${message.valueOf(tag)}`;
    return { dropped: null, id, topic: feed.topic, payload: `${json}}` };
  }

  /** Checks 6 to 8. Only a message that passes all of them is remembered. */
  #check({ id, isWhole, isPhantom }: MeterMessage): DropReason | null {
    if (this.#settings.meters.excluded.has(id)) return 'excluded-device';
    if (!isWhole) return 'split-message';
    return isPhantom ? 'zero-values' : null;
  }

  #levelOf(topic: string): Level | null {
    if (topic === this.#settings.secondsTopic) return 'seconds';
    return topic === this.#settings.minutesTopic ? 'minutes' : null;
  }

  #feedOf(id: string, level: Level): Feed {
    const known = this.#feeds[level].get(id);
    if (known) return known;
    const { meters } = this.#settings;
    const feed = {
      topic: dataTopic(this.#settings, id, level),
      begin: `{"id":"${id}","time":`,
      fields: this.#fields[meters.perPhaseMeters.has(id) ? 'perPhase' : 'usual'][level],
      seen: new SeenTimes(meters.rememberedTimes),
    };
    this.#feeds[level].set(id, feed);
    return feed;
  }
}

/** What is the same in all that is published of a meter and level, and what came last. */
interface Feed {
  readonly topic: string;
  readonly begin: string;
  readonly fields: readonly Field[];
  readonly seen: SeenTimes;
}

/** The clocks of all meters tick together: mostly the same text again. */
class LastJson {
  #text: string | null = null;
  #json = 'null';

  of(text: string | null): string {
    if (text !== this.#text) {
      this.#text = text;
      this.#json = JSON.stringify(text);
    }
    return this.#json;
  }
}

/** A value of the JSON: text up to its number, and the tag that holds it. */
interface Field {
  readonly before: string;
  readonly tag: string;
}
type FieldLists = Readonly<Record<'usual' | 'perPhase', Readonly<Record<Level, readonly Field[]>>>>;

function fieldLists(meters: MeterSettings): FieldLists {
  const [somePerPhase = ''] = meters.perPhaseMeters;
  const listOf = (id: string, level: Level): readonly Field[] =>
    measurements
      .filter((measurement) => measurement.level === level && isEnabled(meters, id, measurement))
      .map(({ key, tag }) => ({ before: `,"${key}":`, tag }));
  const listsOf = (id: string) => ({ seconds: listOf(id, 'seconds'), minutes: listOf(id, 'minutes') });
  return { usual: listsOf(''), perPhase: listsOf(somePerPhase) };
}

function drop(dropped: DropReason, id: string | null = null, copyOn: string | null = null): Conversion {
  return { dropped, id, copyOn };
}
