import { isEnabled } from './discovery.ts';
import { type Level, measurements } from './measurements.ts';
import {
  type DropReason,
  isPhantom,
  isWhole,
  MAX_MESSAGE_BYTES,
  readMessage,
  type Tags,
  timeOf,
} from './message.ts';
import { SeenTimes } from './seen-times.ts';
import type { MeterSettings, ProxySettings } from './settings.ts';
import { type Shard, workerByBytes, workerById } from './shard.ts';
import { dataTopic } from './topics.ts';
import { numberOf } from './value.ts';

/** What becomes of a message. */
export type Conversion =
  | {
      readonly dropped: null;
      readonly id: string;
      readonly topic: string;
      /** JSON. */
      readonly payload: string;
    }
  | { readonly dropped: DropReason; readonly id: string | null };

/** Text of bytes, or null if they are no UTF-8. */
export type ReadText = (bytes: Uint8Array) => string | null;

/** Makes of what meters send what is published; remembers what came twice. */
export class MessageConverter {
  readonly #settings: ProxySettings;
  readonly #readText: ReadText;
  readonly #shard: Shard;
  readonly #seen: SeenTimes;
  readonly #fields: FieldLists;

  /** @param shard only the messages of this worker are converted */
  constructor(settings: ProxySettings, readText: ReadText, shard: Shard = { index: 0, count: 1 }) {
    this.#settings = settings;
    this.#readText = readText;
    this.#shard = shard;
    this.#seen = new SeenTimes(settings.meters.rememberedTimes);
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
    const message = readMessage(this.#readText(payload));
    if (typeof message === 'string') return drop(message);
    const { id, tags } = message;
    const time = timeOf(tags);
    const reason = this.#check(id, level, time, tags);
    if (reason !== null) return drop(reason, id);
    return {
      dropped: null,
      id,
      topic: dataTopic(this.#settings, id, level),
      payload: dataJson(id, time, tags, this.#fieldsOf(id, level)),
    };
  }

  /** Checks 6 to 9. Only a message that passes all of them is remembered. */
  #check(id: string, level: Level, time: string | null, tags: Tags): DropReason | null {
    if (this.#settings.meters.excluded.has(id)) return 'excluded-device';
    if (!isWhole(tags)) return 'split-message';
    if (isPhantom(tags)) return 'zero-values';
    return time === null || this.#seen.add(id, level, time) ? null : 'duplicate';
  }

  #levelOf(topic: string): Level | null {
    if (topic === this.#settings.secondsTopic) return 'seconds';
    return topic === this.#settings.minutesTopic ? 'minutes' : null;
  }

  #fieldsOf(id: string, level: Level): readonly Field[] {
    const { meters } = this.#settings;
    return this.#fields[meters.perPhaseMeters.has(id) ? 'perPhase' : 'usual'][level];
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

function dataJson(id: string, time: string | null, tags: Tags, fields: readonly Field[]): string {
  let json = `{"id":"${id}","time":${JSON.stringify(time)}`;
  for (const { before, tag } of fields) json += `${before}${numberOf(tags[tag])}`;
  return `${json}}`;
}

function drop(dropped: DropReason, id: string | null = null): Conversion {
  return { dropped, id };
}
