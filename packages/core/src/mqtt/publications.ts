import type { BridgeError } from '../errors/index.ts';
import type { Message } from './message.ts';
import type { PacketIds } from './packet-ids.ts';
import { refusal } from './refusal.ts';
import type { ProtocolVersion } from './settings.ts';

/** PUBLISH with QoS 1 (MQTT 5, section 3.3.1). */
const PUBLISH_QOS1 = 0x32;
const RETAIN = 0x01;
/** From here on a reason code says that the broker did not take the message (MQTT 5, section 2.4). */
const FIRST_FAILURE = 0x80;
const CHUNK_BYTES = 64 * 1024;
/** Fixed header, length of the topic, packet identifier, properties. */
const MOST_OVERHEAD = 5 + 2 + 2 + 1;

interface UnderWay {
  readonly message: Message;
  readonly done: (refused?: BridgeError) => void;
}

/**
 * Messages with QoS 1 of one connection. All of one turn of the event loop go out with one write, which makes several
 * times as many of them per second as the library does one by one.
 */
export class Publications {
  readonly #version: ProtocolVersion;
  readonly #ids: PacketIds;
  readonly #write: (bytes: Uint8Array) => void;
  readonly #underWay = new Map<number, UnderWay>();
  #chunk = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  #end = 0;
  #isScheduled = false;

  constructor(version: ProtocolVersion, ids: PacketIds, write: (bytes: Uint8Array) => void) {
    this.#version = version;
    this.#ids = ids;
    this.#write = write;
  }

  /** False if no packet identifier is free. @param done is called when the broker has answered */
  publish(message: Message, done: (refused?: BridgeError) => void): boolean {
    const id = this.#ids.allocate();
    if (id === null) return false;
    this.#underWay.set(id, { message, done });
    this.#encode(message, id);
    if (!this.#isScheduled) setImmediate(() => this.#turnEnds());
    this.#isScheduled = true;
    return true;
  }

  /** Writes what waits for the end of the turn: nothing that is written now shall overtake it. */
  flush(): void {
    if (this.#end === 0) return;
    this.#write(this.#chunk.subarray(0, this.#end));
    this.#chunk = this.#chunk.subarray(this.#end);
    this.#end = 0;
  }

  /** Whether a packet identifier is that of one of these messages. */
  isUnderWay(id: number): boolean {
    return this.#underWay.has(id);
  }

  /** @param reason reason code of MQTT 5; 0 in 3.1.1 */
  answered(id: number, reason: number): void {
    const underWay = this.#underWay.get(id);
    this.#underWay.delete(id);
    this.#ids.deallocate(id);
    underWay?.done(reason < FIRST_FAILURE ? undefined : refusal(underWay.message, reason));
  }

  #encode({ topic, payload, retain }: Message, id: number): void {
    const topicBytes = Buffer.byteLength(topic);
    const properties = this.#version === 5 ? 1 : 0;
    const length = 2 + topicBytes + 2 + properties + Buffer.byteLength(payload);
    this.#makeRoom(length + MOST_OVERHEAD);
    const chunk = this.#chunk;
    let at = this.#end;
    chunk[at++] = retain ? PUBLISH_QOS1 | RETAIN : PUBLISH_QOS1;
    for (let rest = length; ; rest >>>= 7) {
      chunk[at++] = rest < 0x80 ? rest : (rest & 0x7f) | 0x80;
      if (rest < 0x80) break;
    }
    at = chunk.writeUInt16BE(topicBytes, at);
    at += chunk.write(topic, at);
    at = chunk.writeUInt16BE(id, at);
    if (properties > 0) chunk[at++] = 0;
    this.#end = at + chunk.write(payload, at);
  }

  /** What was written belongs to the socket until it is sent: it gets a chunk of its own each time. */
  #makeRoom(bytes: number): void {
    if (this.#end + bytes <= this.#chunk.length) return;
    this.flush();
    if (bytes > this.#chunk.length) this.#chunk = Buffer.allocUnsafeSlow(Math.max(bytes, CHUNK_BYTES));
  }

  #turnEnds(): void {
    this.#isScheduled = false;
    this.flush();
  }
}
