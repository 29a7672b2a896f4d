import {
  connect,
  type IConnackPacket,
  type IPublishPacket,
  type MqttClient as Library,
  type Packet,
} from 'mqtt';
import type { BridgeError } from '../errors/index.ts';
import { Acknowledgements } from './acknowledgements.ts';
import { type Cause, codeOf, type Ending, type Stage } from './ending.ts';
import type { Message } from './message.ts';
import { HARMLESS, isSound } from './packet.ts';
import { PacketIds } from './packet-ids.ts';
import { Publications } from './publications.ts';
import { refusal } from './refusal.ts';
import {
  libraryOptions,
  MAX_PACKET_BYTES,
  type MqttSettings,
  type MqttTiming,
  type ProtocolVersion,
} from './settings.ts';
import type { MessageInfo } from './subscriptions.ts';

const MAX_RECEIVE_MAXIMUM = 65_535;

export interface BrokerLimits {
  /** Messages with QoS ≥ 1 that may be under way at once. */
  readonly receiveMaximum: number;
  /** Bytes of a whole PUBLISH packet. */
  readonly maximumPacketSize: number;
}

export interface ConnectionEvents {
  readonly onOpen: (limits: BrokerLimits) => void;
  /** Whether messages on this topic are acknowledged when `taken` is called, not before. */
  readonly isAcknowledgedLater: (topic: string) => boolean;
  readonly onMessage: (topic: string, payload: Uint8Array, info: MessageInfo) => void;
  /** Once, whatever happened; nothing comes after it. */
  readonly onEnd: (ending: Ending) => void;
}

/** One connection to the broker, from the first SYN to the last byte. */
export class Connection {
  readonly #events: ConnectionEvents;
  readonly #timing: MqttTiming;
  readonly #library: Library | undefined;
  readonly #connectTimer: NodeJS.Timeout;
  readonly #packetIds = new PacketIds();
  readonly #publications: Publications;
  readonly #acknowledgements = new Acknowledgements((bytes) => this.#write(bytes));
  #ackTimer: NodeJS.Timeout | undefined;
  #unacknowledged = 0;
  #stage: Stage = 'outside';
  #openedAt = 0;
  #unparsedBytes = 0;
  #hasEnded = false;

  constructor(
    settings: MqttSettings,
    version: ProtocolVersion,
    timing: MqttTiming,
    events: ConnectionEvents,
  ) {
    this.#events = events;
    this.#timing = timing;
    this.#publications = new Publications(version, this.#packetIds, (bytes) => this.#write(bytes));
    const { connectTimeoutMs } = timing;
    this.#connectTimer = setTimeout(
      () => this.#end({ kind: 'silent', what: `did not answer within ${connectTimeoutMs / 1000} s` }),
      connectTimeoutMs,
    );
    try {
      this.#library = connect({ ...libraryOptions(settings, version), messageIdProvider: this.#packetIds });
      this.#listen(this.#library);
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
      if (!error) return done();
      // An error without a reason code is about the connection, which is just ending.
      if ('code' in error && typeof error.code === 'number') done(refusal(message, error.code));
    });
  }

  /** @param onRefused what the broker, or the library, has against it */
  subscribe(filter: string, onRefused: (why: string) => void): void {
    this.#library?.subscribe(filter, { qos: 1 }, (error) => {
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
    const reached = (): void => {
      this.#stage = 'handshake';
    };
    const { stream } = library;
    // What is written together goes out at once: nothing is to wait for the acknowledgement of what went before.
    if ('setNoDelay' in stream && typeof stream.setNoDelay === 'function') stream.setNoDelay(true);
    library.stream.once('secureConnect', reached);
    if (library.options.protocol === 'mqtt') library.stream.once('connect', reached);
    library.stream.on('data', (chunk: Uint8Array) => this.#buffered(chunk.length));
    library.on('packetreceive', (packet) => this.#received(packet));
    library.on('connect', (connack) => this.#opened(connack));
    library.on('message', (topic, payload, { retain }) =>
      this.#events.onMessage(topic, payload, { retain, taken: () => undefined }),
    );
    library.on('error', (error) => this.#end(causeOf(error)));
    library.on('close', () => this.#end({ kind: 'closed' }));
  }

  #received(packet: Packet): void {
    this.#unparsedBytes = 0;
    if (!this.#hasEnded) this.#inspect(packet);
    // The library goes on with what it has parsed, and would trip over a packet that is not sound.
    if (this.#hasEnded) Object.assign(packet, HARMLESS);
    else if (packet.cmd === 'publish' && packet.qos === 1) this.#acknowledgeLater(packet);
    else if (packet.cmd === 'puback') this.#published(packet);
  }

  #published(packet: Extract<Packet, { cmd: 'puback' }>): void {
    const { messageId = 0, reasonCode = 0 } = packet;
    if (!this.#publications.isUnderWay(messageId)) return;
    Object.assign(packet, HARMLESS);
    this.#acked();
    this.#publications.answered(messageId, reasonCode);
  }

  /** The library would acknowledge the message at once: it does not get to see it. */
  #acknowledgeLater(packet: IPublishPacket): void {
    const { topic, payload, retain, messageId = 0 } = packet;
    if (!this.#events.isAcknowledgedLater(topic)) return;
    Object.assign(packet, HARMLESS);
    const bytes = typeof payload === 'string' ? Buffer.from(payload) : payload;
    this.#events.onMessage(topic, bytes, { retain, taken: this.#acknowledgements.expect(messageId) });
  }

  #write(bytes: Uint8Array): void {
    if (!this.#hasEnded) this.#library?.stream.write(bytes);
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

  /** The parser would take up to 256 MB before it tells of a packet. */
  #buffered(bytes: number): void {
    this.#unparsedBytes += bytes;
    if (this.#unparsedBytes <= 2 * MAX_PACKET_BYTES) return;
    this.#end({ kind: 'garbage', detail: `a packet of more than ${MAX_PACKET_BYTES} bytes` });
  }

  #awaitAck(): void {
    this.#unacknowledged++;
    this.#ackTimer ??= this.#startAckTimer();
  }

  #acked(): void {
    this.#unacknowledged--;
    if (this.#unacknowledged > 0) return void this.#ackTimer?.refresh();
    clearTimeout(this.#ackTimer);
    this.#ackTimer = undefined;
  }

  #startAckTimer(): NodeJS.Timeout {
    const { ackTimeoutMs } = this.#timing;
    const what = `did not confirm a message within ${ackTimeoutMs / 1000} s`;
    return setTimeout(() => this.#end({ kind: 'silent', what }), ackTimeoutMs);
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
