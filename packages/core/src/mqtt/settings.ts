import type { IClientOptions } from 'mqtt';
import type { Message } from './message.ts';

export interface MqttTls {
  /** Certificate authorities of the broker, PEM; without them those of the system. */
  readonly ca?: string;
  /** Certificate of this client and its private key, PEM. */
  readonly cert?: string;
  readonly key?: string;
  /** Takes any certificate of the broker: encrypted, but nobody knows with whom. */
  readonly insecure: boolean;
}

/** Where its settings stand in the configuration, for hints. */
export interface SettingNames {
  readonly section: string;
  /** Of host and port. */
  readonly address: string;
}

export interface MqttSettings {
  /** Without it: `mqtt` and `mqtt.url`. */
  readonly names?: SettingNames;
  readonly host: string;
  readonly tcpPort: number;
  /** null: not encrypted. */
  readonly tls: MqttTls | null;
  readonly username?: string;
  readonly password?: string;
  /**
   * Messages with QoS ≥ 1 that the broker should take at once. Where MQTT 5 allows fewer (20 with Mosquitto as it comes)
   * 3.1.1 is spoken, which knows no such limit, but does not tell either why a message is refused.
   */
  readonly wantedReceiveMaximum?: number;
  /** Thousands of messages per second come or are confirmed: they cost less together, and wait a millisecond for it. */
  readonly gathers?: boolean;
  /** The same after each restart, so that the broker ends what is left of an earlier connection. */
  readonly clientId: string;
  readonly keepaliveS: number;
  /** Seconds for which the broker keeps subscriptions, and what arrives for them, while this client is away; default 0. */
  readonly sessionExpiryS?: number;
  /** What the broker publishes when this client is gone without a goodbye; null: nothing. */
  readonly will: Message | null;
  /** Published on each connect, before anything else. */
  readonly birth: readonly Message[];
}

export interface MqttTiming {
  /** Shortest and longest wait between two tries; it doubles from one to the other, with jitter. */
  readonly retryMinMs: number;
  readonly retryMaxMs: number;
  /** For TCP, TLS and the broker's answer together. */
  readonly connectTimeoutMs: number;
  /** A broker that confirms nothing for so long is taken for dead, even if it answers pings. */
  readonly ackTimeoutMs: number;
}

export const DEFAULT_TIMING: MqttTiming = {
  retryMinMs: 1_000,
  retryMaxMs: 60_000,
  connectTimeoutMs: 10_000,
  ackTimeoutMs: 60_000,
};

export type ProtocolVersion = 5 | 4;

/** No packet of a broker may be larger: more is not buffered. */
export const MAX_PACKET_BYTES = 16 * 1024 * 1024;

/** One connection, and no more: MQTT.js does not reconnect, queue or re-send by itself. */
export function libraryOptions(settings: MqttSettings, version: ProtocolVersion): IClientOptions {
  const { username, password, clientId, keepaliveS, will, sessionExpiryS = 0 } = settings;
  return {
    protocolVersion: version,
    clientId,
    clean: sessionExpiryS === 0,
    keepalive: keepaliveS,
    ...(will && { will: { topic: will.topic, payload: will.payload, qos: will.qos, retain: will.retain } }),
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    timerVariant: 'native',
    ...(version === 5 && {
      properties: { maximumPacketSize: MAX_PACKET_BYTES, sessionExpiryInterval: sessionExpiryS },
    }),
    ...(username !== undefined && { username, ...(password !== undefined && { password }) }),
  };
}
