import { type IConnackPacket, MqttClient as Library, type Packet } from 'mqtt';
import { writeToStream } from 'mqtt-packet';
import type { BridgeError } from '../errors/index.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { type Cause, codeOf, type Ending, type Stage } from './ending.ts';
import type { Message } from './message.ts';
import { HARMLESS, isSound } from './packet.ts';
import { PacketIds } from './packet-ids.ts';
import { CONNACK, PacketSplitter, PUBACK, PUBLISH } from './packet-splitter.ts';
import { Publications } from './publications.ts';
import { PublishReader } from './publish-packet.ts';
import { refusal } from './refusal.ts';
import {
  libraryOptions,
  MAX_PACKET_BYTES,
  type MqttSettings,
  type MqttTiming,
  type ProtocolVersion,
} from './settings.ts';
import { LibraryStream, openSocket } from './stream.ts';
import type { MessageInfo } from './subscriptions.ts';

const MAX_RECEIVE_MAXIMUM = 65_535;

// Else the library makes a buffer of each 16-bit number in advance: 10 MB, of which nobody needs more than a few.
writeToStream.cacheNumbers = false;

export interface BrokerLimits {
  /** Messages with QoS ≥ 1 that may be under way at once. */
  readonly receiveMaximum: number;
  /** Bytes of a whole PUBLISH packet. */
  readonly maximumPacketSize: number;
}

export interface ConnectionEvents {
  readonly onOpen: (limits: BrokerLimits) => void;
  /** A message with QoS 1 is acknowledged when `taken` is called. */
  readonly onMessage: (topic: string, payload: Uint8Array, info: MessageInfo) => void;
  /** Once, whatever happened; nothing comes after it. */
  readonly onEnd: (ending: Ending) => void;
}

/** One connection to the broker, from the first SYN to the last byte. */
export class Connection {
  readonly #events: ConnectionEvents;
  readonly #timing: MqttTiming;
  readonly #publishReader: PublishReader;
  readonly #library: Library | undefined;
  readonly #stream: LibraryStream | undefined;
  readonly #splitter = new PacketSplitter(MAX_PACKET_BYTES);
  readonly #connectTimer: NodeJS.Timeout;
  readonly #packetIds = new PacketIds();
  readonly #publications: Publications;
  readonly #acknowledgements = new Acknowledgements((bytes) => this.#write(bytes));
  #ackTimer: NodeJS.Timeout | undefined;
  /** Since the timer was set anew. */
  #hasConfirmed = false;
  #isPingUnderWay = false;
  #unacknowledged = 0;
  #stage: Stage = 'outside';
  #openedAt = 0;
  #isAccepted = false;
  #hasEnded = false;

  constructor(
    settings: MqttSettings,
    version: ProtocolVersion,
    timing: MqttTiming,
    events: ConnectionEvents,
  ) {
    this.#events = events;
    this.#timing = timing;
    this.#publishReader = new PublishReader(version);
    this.#publications = new Publications(version, this.#packetIds, (bytes) => this.#write(bytes));
    const { connectTimeoutMs } = timing;
    this.#connectTimer = setTimeout(
      () => this.#end({ kind: 'silent', what: `did not answer within ${connectTimeoutMs / 1000} s` }),
      connectTimeoutMs,
    );
    try {
      const socket = openSocket(settings, (bytes) => this.#read(bytes, stream));
      const stream = new LibraryStream(socket);
      this.#stream = stream;
      const options = { ...libraryOptions(settings, version), messageIdProvider: this.#packetIds };
      this.#library = new Library(() => stream, options);
      this.#listen(this.#library);
      socket.once(settings.tls ? 'secureConnect' : 'connect', () => {
        this.#stage = 'handshake';
      });
    } catch (thrown) {
      // TLS refuses unusable certificates at once; nobody listens for the end yet.
      const error = thrown instanceof Error ? thrown : new Error(String(thrown));
      queueMicrotask(() => this.#end({ kind: 'error', error }));
    }
  }

  /** `done` is not called any more after the end of the connection. */
  publish(message: Message, done: (refused?: BridgeError) => void): void {
    if (this.#hasEnded) return;
    const { topic, payload, qos, retain } = message;
    if (qos > 0) this.#awaitAck();
    if (qos === 1 && this.#publications.publish(message, done)) return;
    this.#publications.flush();
    this.#library?.publish(topic, payload, { qos, retain }, (error) => {
      if (this.#hasEnded) return;
      if (qos > 0) this.#acked();
      if (qos > 0) this.#ackTimer?.refresh();
      if (!error) return done();
      // An error without a reason code is about the connection, which is just ending.
      if ('code' in error && typeof error.code === 'number') done(refusal(message, error.code));
    });
  }

  /** @param onRefused what the broker, or the library, has against it */
  subscribe(filter: string, onRefused: (why: string) => void): void {
    // Retain as published: else a command that is to be kept would look like any other to whoever hears it at once.
    this.#library?.subscribe(filter, { qos: 1, rap: true }, (error) => {
      if (error && !this.#hasEnded) onRefused(error.message);
    });
  }

  unsubscribe(filter: string): void {
    this.#library?.unsubscribe(filter, () => undefined);
  }

  /** Says goodbye to the broker, which then does not publish the last will. */
  leave(): void {
    this.#acknowledgements.flush();
    this.#library?.end();
  }

  /** Breaks the connection; the broker publishes the last will. */
  abort(): void {
    this.#end({ kind: 'aborted' });
  }

  #listen(library: Library): void {
    library.on('packetreceive', (packet) => this.#received(packet));
    library.on('packetsend', ({ cmd }) => {
      this.#isPingUnderWay ||= cmd === 'pingreq';
    });
    library.on('connect', (connack) => this.#opened(connack));
    library.on('error', (error) => this.#end(causeOf(error)));
    library.stream.on('error', (error) => this.#end(causeOf(error)));
    library.on('close', () => this.#end({ kind: 'closed' }));
  }

  /** Messages, and what answers ours, are many: the library, which takes its time over each, sees the rest alone. */
  #read(chunk: Buffer, rest: LibraryStream): void {
    const fault = this.#splitter.push(chunk, (bytes, at, start, end) => {
      if (this.#hasEnded) return;
      const first = bytes[at]!;
      const type = first >>> 4;
      if (type === CONNACK) this.#isAccepted = true;
      if (type === PUBLISH) this.#arrived(first, bytes, start, end);
      else if (type !== PUBACK || !this.#answered(bytes, start, end))
        rest.push(Buffer.from(bytes.subarray(at, end)));
    });
    if (fault) this.#end({ kind: 'garbage', detail: fault });
    else if (!this.#hasEnded) this.#isAlive();
  }

  /** Whatever comes is a sign of life; that messages are confirmed is another one. */
  #isAlive(): void {
    if (this.#hasConfirmed) this.#ackTimer?.refresh();
    this.#hasConfirmed = false;
    if (!this.#isPingUnderWay) return;
    this.#isPingUnderWay = false;
    this.#library?.reschedulePing(true);
  }

  #arrived(first: number, bytes: Buffer, start: number, end: number): void {
    const publish = this.#isAccepted ? this.#publishReader.read(first, bytes, start, end) : null;
    if (!publish) {
      this.#end({ kind: 'garbage', detail: 'a message that cannot be read' });
      return;
    }
    const { topic, payload, retain, packetId } = publish;
    const taken = packetId === null ? (): void => undefined : this.#acknowledgements.expect(packetId);
    this.#events.onMessage(topic, payload, { retain, taken });
  }

  /** @returns whether it was about one of our own */
  #answered(bytes: Buffer, start: number, end: number): boolean {
    const id = end - start < 2 ? 0 : bytes.readUInt16BE(start);
    if (!this.#publications.isUnderWay(id)) return false;
    this.#acked();
    this.#publications.answered(id, end - start > 2 ? bytes[start + 2]! : 0);
    return true;
  }

  #received(packet: Packet): void {
    if (!this.#hasEnded) this.#inspect(packet);
    // The library goes on with what it has parsed, and would trip over a packet that is not sound.
    if (this.#hasEnded) Object.assign(packet, HARMLESS);
  }

  #write(bytes: Uint8Array): void {
    if (!this.#hasEnded) this.#stream?.send(bytes);
  }

  #inspect(packet: Packet): void {
    if (!isSound(packet)) {
      this.#end({ kind: 'garbage', detail: `a ${packet.cmd} packet without packet identifier` });
    } else if (packet.cmd === 'connack') {
      const reason = packet.reasonCode ?? packet.returnCode ?? 0;
      this.#stage = reason === 0 ? 'open' : 'refused';
      this.#openedAt = performance.now();
      if (reason !== 0) this.#end({ kind: 'refused', reason });
    } else if (packet.cmd === 'disconnect') {
      this.#end({ kind: 'dismissed', reason: packet.reasonCode ?? 0 });
    }
  }

  #opened({ properties }: IConnackPacket): void {
    if (this.#hasEnded) return;
    clearTimeout(this.#connectTimer);
    this.#events.onOpen({
      receiveMaximum: properties?.receiveMaximum ?? MAX_RECEIVE_MAXIMUM,
      maximumPacketSize: properties?.maximumPacketSize ?? Number.POSITIVE_INFINITY,
    });
  }

  #awaitAck(): void {
    if (this.#unacknowledged++ === 0) this.#ackTimer?.refresh();
    this.#ackTimer ??= this.#startAckTimer();
  }

  #acked(): void {
    this.#unacknowledged--;
    this.#hasConfirmed = true;
  }

  #startAckTimer(): NodeJS.Timeout {
    const { ackTimeoutMs } = this.#timing;
    const what = `did not confirm a message within ${ackTimeoutMs / 1000} s`;
    return setTimeout(() => {
      this.#ackTimer = undefined;
      if (this.#unacknowledged > 0) this.#end({ kind: 'silent', what });
    }, ackTimeoutMs);
  }

  #end(cause: Cause): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    clearTimeout(this.#connectTimer);
    clearTimeout(this.#ackTimer);
    this.#library?.end(true);
    // `end` leaves the socket alone if a goodbye is already under way.
    this.#library?.stream.destroy();
    const openMs = this.#stage === 'open' ? performance.now() - this.#openedAt : 0;
    this.#events.onEnd({ stage: this.#stage, cause, openMs });
  }
}

function causeOf(error: Error): Cause {
  if (error.message === 'Keepalive timeout') return { kind: 'silent', what: 'does not answer any more' };
  // Errors of sockets and TLS carry a code; what is left was found wrong in what the broker sent.
  return codeOf(error) === '' ? { kind: 'garbage', detail: error.message } : { kind: 'error', error };
}
