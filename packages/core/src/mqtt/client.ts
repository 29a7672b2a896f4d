import { BridgeError } from '../errors/index.ts';
import { atMost, pause } from '../time/index.ts';
import { type BrokerLimits, Connection } from './connection.ts';
import { type Ending, isDropped, isUnanswered, isWrongVersion } from './ending.ts';
import { explain, takenOver } from './failure.ts';
import type { Message } from './message.ts';
import { type Done, Outflow } from './outflow.ts';
import { refuseUnsent, Suspicion } from './refusal.ts';
import { retryDelayMs } from './retry.ts';
import { safely } from './safely.ts';
import { DEFAULT_TIMING, type MqttSettings, type MqttTiming, type ProtocolVersion } from './settings.ts';
import { type OnMessage, type SubscribeOptions, Subscriptions } from './subscriptions.ts';

/** How long a good connection lasts, in shortest waits between two tries. */
const GOOD_WAITS = 30;
/** So many connections in a row that a broker accepts and soon drops: someone else uses the client id. */
const MAX_DROPS = 5;

export interface MqttEvents {
  /** The broker accepted the connection; the birth messages are on their way. */
  readonly onConnect?: () => void;
  /** The broker is not there, or not any more: once per reason, not once per try. */
  readonly onDisconnect?: (error: BridgeError) => void;
  /**
   * Something went wrong that does not end the connection: a birth message or a subscription was refused, a message
   * was too large, a callback threw.
   */
  readonly onError?: (error: BridgeError) => void;
}

export interface CloseOptions {
  /** Published as the last of all: `offline`, so to speak. */
  readonly last?: readonly Message[];
  readonly timeoutMs?: number;
}

/**
 * Keeps one connection to the broker for ever, with MQTT 5 or 3.1.1, whichever the broker knows.
 * No input, no broker and no callback makes it throw outside of the promises of `publish`.
 */
export class MqttClient {
  readonly #settings: MqttSettings;
  readonly #events: MqttEvents;
  readonly #timing: MqttTiming;
  readonly #subscriptions = new Subscriptions((error) => this.#tellError(error));
  readonly #suspicion = new Suspicion();
  readonly #stop = new AbortController();
  #connection: Connection | undefined;
  #outflow: Outflow | undefined;
  #limits: BrokerLimits | undefined;
  #lastSentAt = 0;
  #version: ProtocolVersion = 5;
  #isVersionKnown = false;
  /** Whether MQTT 5 is not to be spoken if there is another way. */
  #avoidsNarrow = true;
  #drops = 0;
  #reported = '';
  #running: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(settings: MqttSettings, events: MqttEvents = {}, timing: Partial<MqttTiming> = {}) {
    this.#settings = settings;
    this.#events = events;
    this.#timing = { ...DEFAULT_TIMING, ...timing };
  }

  get connected(): boolean {
    return this.#outflow !== undefined;
  }

  /** The version that the broker speaks, or null before it answered. */
  get protocolVersion(): ProtocolVersion | null {
    return this.#isVersionKnown ? this.#version : null;
  }

  /** How many messages with QoS ≥ 1 the broker takes at once; more are held back here, in memory. */
  get receiveMaximum(): number {
    return this.#limits?.receiveMaximum ?? 65_535;
  }

  /** Starts, and goes on trying until `close`. */
  connect(): void {
    if (this.#stop.signal.aborted) return;
    this.#running ??= this.#run();
  }

  /**
   * Resolves when the broker has acknowledged the message; with QoS 0 when it is handed to the network. A promise lives
   * no longer than the connection: what was under way when that broke may or may not have arrived, and is published
   * again by the caller. The caller limits how much waits here, e.g. to `receiveMaximum`.
   * @throws BridgeError mqtt/not-authorized: the broker refused the message (facts.reason: code of MQTT 5); with MQTT
   *   3.1.1 a broker tells nobody. mqtt/lost: there is no connection, or it broke first.
   */
  publish(message: Message): Promise<void> {
    return new Promise((resolve, reject) => {
      this.send(message, (error) => (error ? reject(error) : resolve()));
    });
  }

  /** As `publish`, for whoever has many messages. @param done called once, and not before this returns */
  send(message: Message, done: Done): void {
    const outflow = this.#stop.signal.aborted ? undefined : this.#outflow;
    const error = outflow ? this.#refuse(message) : this.#lost('there is no connection to the broker');
    if (outflow && !error) outflow.add(message, done);
    else queueMicrotask(() => done(error));
  }

  #refuse(message: Message): BridgeError | undefined {
    const maximumPacketSize = this.#limits?.maximumPacketSize;
    return refuseUnsent(message, maximumPacketSize) ?? this.#suspicion.refuse(message) ?? undefined;
  }

  /**
   * From now on, over all connections; QoS 1 at most. Messages of more than 1 MiB are dropped. Filters of one client
   * should not overlap: a broker may send a message once for each.
   * @returns a function that ends the subscription
   */
  subscribe(filter: string, onMessage: OnMessage, options: SubscribeOptions = {}): () => void {
    const cancel = this.#subscriptions.add(filter, onMessage, options);
    if (this.connected) this.#subscribe(filter);
    return () => {
      if (cancel()) this.#connection?.unsubscribe(filter);
    };
  }

  /**
   * Publishes the last messages, waits for acknowledgements and says goodbye. If that is not done in time, the
   * connection is cut, so that the broker publishes the last will instead. Never fails; can be called again.
   */
  close({ last = [], timeoutMs = 5_000 }: CloseOptions = {}): Promise<void> {
    this.#closing ??= this.#shutDown(last, performance.now() + timeoutMs);
    return this.#closing;
  }

  async #run(): Promise<void> {
    for (let failures = 0; ; failures++) {
      const ending = await this.#attempt();
      if (this.#stop.signal.aborted) return;
      const wasGood = ending.openMs >= this.#goodMs;
      this.#drops = isDropped(ending) && !wasGood ? this.#drops + 1 : 0;
      this.#report(this.#explain(ending));
      if (wasGood) failures = 0;
      await pause(retryDelayMs(failures, this.#timing), this.#stop.signal);
      if (this.#stop.signal.aborted) return;
    }
  }

  /** One connection, or two where the broker does not seem to know the MQTT version of the first. */
  async #attempt(): Promise<Ending> {
    const tried = this.#version;
    const ending = await this.#session(tried);
    const isOtherWanted = this.#version !== tried;
    const isWorthOther =
      isOtherWanted || isWrongVersion(ending) || (!this.#isVersionKnown && isUnanswered(ending));
    if (!isWorthOther || this.#stop.signal.aborted) return ending;
    const second = await this.#session(tried === 5 ? 4 : 5);
    if (isOtherWanted && isWrongVersion(second)) {
      this.#avoidsNarrow = false;
      this.#version = 5;
    }
    return second;
  }

  #isNarrow({ receiveMaximum }: BrokerLimits): boolean {
    return this.#avoidsNarrow && receiveMaximum < (this.#settings.wantedReceiveMaximum ?? 0);
  }

  /** A connection that lasted so long was a good one. */
  get #goodMs(): number {
    return GOOD_WAITS * this.#timing.retryMinMs;
  }

  #session(version: ProtocolVersion): Promise<Ending> {
    return new Promise((resolve) => {
      const connection = new Connection(this.#settings, version, this.#timing, {
        onOpen: (limits) => {
          this.#learnVersion(version);
          if (version === 5 && this.#isNarrow(limits)) {
            this.#version = 4;
            connection.leave();
          } else this.#opened(connection, limits);
        },
        onMessage: (topic, payload, info) => this.#subscriptions.dispatch(topic, payload, info),
        onEnd: (ending) => {
          if (ending.stage === 'refused' && !isWrongVersion(ending)) this.#learnVersion(version);
          this.#ended(ending);
          resolve(ending);
        },
      });
      this.#connection = connection;
    });
  }

  #learnVersion(version: ProtocolVersion): void {
    this.#version = version;
    this.#isVersionKnown = true;
  }

  #opened(connection: Connection, limits: BrokerLimits): void {
    this.#limits = limits;
    this.#reported = '';
    const carefulUntil = performance.now() + this.#goodMs;
    const limit = (): number =>
      this.#suspicion.isOneByOne && performance.now() < carefulUntil ? 1 : limits.receiveMaximum;
    this.#outflow = new Outflow(limit, (message, done) => {
      this.#lastSentAt = performance.now();
      connection.publish(message, done);
    });
    for (const message of this.#settings.birth) this.#publishOwn(message);
    for (const filter of this.#subscriptions.filters()) this.#subscribe(filter);
    safely(
      () => this.#events.onConnect?.(),
      (error) => this.#tellError(error),
    );
  }

  #ended(ending: Ending): void {
    this.#connection = undefined;
    this.#limits = undefined;
    const outflow = this.#outflow;
    if (!outflow) return;
    this.#outflow = undefined;
    const seen = outflow.end(this.#lost('the connection broke before the broker confirmed the message'));
    this.#suspicion.ended(ending, seen, performance.now() - this.#lastSentAt);
  }

  async #shutDown(last: readonly Message[], deadline: number): Promise<void> {
    const connection = this.#connection;
    const outflow = this.#outflow;
    if (outflow) {
      for (const message of last) this.#publishOwn(message);
      this.#stop.abort();
      await atMost(outflow.idle(), deadline - performance.now());
    }
    this.#stop.abort();
    if (outflow?.isIdle) connection?.leave();
    else connection?.abort();
    const timer = setTimeout(() => connection?.abort(), Math.max(1, deadline - performance.now()));
    await this.#running;
    clearTimeout(timer);
  }

  /** A message that nobody waits for: if the broker refuses it, it is told; if the connection breaks, that is known. */
  #publishOwn(message: Message): void {
    this.publish(message).catch((error: unknown) => {
      if (error instanceof BridgeError && error.code !== 'mqtt/lost') this.#tellError(error);
    });
  }

  #subscribe(filter: string): void {
    this.#connection?.subscribe(filter, (why) => {
      const hint = 'Allow the user to read this topic in the ACL of the broker.';
      const detail = `the broker refused the subscription to ${filter}: ${why}`;
      this.#tellError(new BridgeError('mqtt/not-authorized', detail, { facts: { filter }, hint }));
    });
  }

  #explain(ending: Ending): BridgeError {
    if (this.#drops < MAX_DROPS) return explain(ending, this.#settings);
    const { host, tcpPort, clientId } = this.#settings;
    const how = `the broker at ${host}:${tcpPort} drops each connection soon: does another client use "${clientId}"?`;
    return takenOver(this.#settings, how);
  }

  #report(error: BridgeError): void {
    const reported = `${error.code} ${error.message}`;
    if (reported === this.#reported) return;
    this.#reported = reported;
    safely(
      () => this.#events.onDisconnect?.(error),
      (thrown) => this.#tellError(thrown),
    );
  }

  #tellError(error: BridgeError): void {
    // Whoever cannot even take an error has no one left to be told.
    safely(
      () => this.#events.onError?.(error),
      () => undefined,
    );
  }

  #lost(detail: string): BridgeError {
    const { host, tcpPort } = this.#settings;
    return new BridgeError('mqtt/lost', detail, { facts: { host, tcpPort } });
  }
}
