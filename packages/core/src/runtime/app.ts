import { isUtf8 } from 'node:buffer';
import type { CommonConfig } from '../config/index.ts';
import { BridgeError, toBridgeError } from '../errors/index.ts';
import { birthTopic, type Message, MqttClient } from '../mqtt/index.ts';
import type { Logger, LogTail } from '../observe/index.ts';
import { type Outbox, type Outgoing, Store } from '../store/index.ts';
import { atMost } from '../time/index.ts';
import { Delivery } from './delivery.ts';
import { type BrokerClient, DryRun } from './dry-run.ts';
import { ComponentLogs, type LogLevels } from './log.ts';
import type { ShownMeter } from './meters.ts';
import { mqttSettings } from './mqtt-settings.ts';
import { OncePerMinute } from './quiet.ts';
import { storeSettings } from './store-settings.ts';
import { Web, type WebLine } from './web.ts';

/** Stopping takes at most this long: then the supervisor of the process would kill it. */
const STOP_TIMEOUT_MS = 5_000;
/** Whoever has the port of the status page may let it go. */
const SERVE_EVERY_MS = 30_000;
/** So long it is worth a look that the broker refused a message. */
const REFUSAL_SHOWN_MS = 300_000;

/** What an app is made of, whether it has readings or not. */
export interface AppSettings {
  readonly name: string;
  readonly config: CommonConfig;
  readonly log: Logger;
  /** The last lines of the log. */
  readonly tail: LogTail;
  /** Whether what waits for the broker is worth a file: not if the broker does not confirm it either. */
  readonly isOutboxKept: boolean;
  /** As in the settings of MQTT. */
  readonly wantedReceiveMaximum?: number;
  /** Birth message and last will. */
  readonly state: (payload: 'online' | 'offline') => Message;
}

/** A running app: what it publishes goes through outbox and delivery to the broker; how it is doing is shown. */
export abstract class App {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  readonly mqtt: BrokerClient;
  /** Why the broker is away, or null. */
  mqttProblem: BridgeError | null = null;
  /** Why an old file of the store was moved aside, or null. */
  storeMovedAside: BridgeError | null = null;
  /** Why the configuration that runs is not the one in the files; empty when it is. */
  configProblems: readonly BridgeError[] = [];
  /** Where the broker is, for people. */
  readonly broker: string;
  /** Whoever answers there is believed to be the broker. */
  readonly insecure: boolean;
  /** Nothing is published. */
  readonly dryRun: boolean;
  readonly app: string;
  /** When the process began, by the clock as it was then. */
  readonly startedMs = performance.timeOrigin;
  readonly tail: LogTail;
  abstract readonly lines: readonly (WebLine & { readonly progressMs: number })[];
  /** Every meter of which it is known whether it is there. */
  abstract readonly meters: readonly ShownMeter[];
  /** What should be looked at of what the app is for, though all works. */
  protected abstract readonly ownWarnings: readonly BridgeError[];
  protected readonly logs: ComponentLogs;
  protected readonly web: Web;
  readonly #settings: AppSettings;
  readonly #quiet = new OncePerMinute();
  /** Why the broker refused a message last. */
  #refusal: { readonly error: BridgeError; readonly atMs: number } | null = null;
  #droppedBefore = 0;
  #serveTimer: NodeJS.Timeout | undefined;
  #stopped: Promise<void> | null = null;

  constructor(settings: AppSettings) {
    const { name, config, log, tail, isOutboxKept, wantedReceiveMaximum, state } = settings;
    this.#settings = settings;
    this.logs = new ComponentLogs(log, config.log);
    this.app = name;
    this.tail = tail;
    this.broker = config.mqtt.url;
    this.insecure = config.mqtt.tls?.insecure ?? false;
    this.dryRun = config.dry_run;
    const onConnect = (): void => this.#connected();
    this.mqtt = this.dryRun
      ? new DryRun(state('online'), this.logs.mqtt, onConnect)
      : new MqttClient(
          {
            ...mqttSettings(config.mqtt, name, state),
            ...(wantedReceiveMaximum && { wantedReceiveMaximum, gathers: true }),
          },
          {
            onConnect,
            onDisconnect: (error) => this.#disconnected(error),
            onError: (error) => this.mqttError(error),
          },
        );
    this.store = new Store(storeSettings(config, name, isOutboxKept), {
      onProblem: (problem) => this.#storeChanged(problem),
      onError: (error) => this.#storeError(error),
    });
    this.outbox = this.store.outbox;
    this.delivery = new Delivery(this.mqtt, this.outbox, ({ topic }, error) => this.#refused(topic, error));
    this.web = new Web(this, config.http, (error) =>
      this.logs.http.error({ err: error }, 'no answer over HTTP'),
    );
  }

  /** What should be looked at, though all works. */
  get warnings(): readonly BridgeError[] {
    const isRecent = this.#refusal !== null && performance.now() - this.#refusal.atMs < REFUSAL_SHOWN_MS;
    return isRecent ? [this.#refusal!.error, ...this.ownWarnings] : this.ownWarnings;
  }

  /** Begins what the app is for; the broker may not be there yet. */
  protected abstract begin(): Promise<void>;
  /** Ends it: nothing is put into the outbox any more after `timeoutMs`. */
  protected abstract end(timeoutMs: number): Promise<void>;
  /** The broker is there, maybe without all that it was told before. */
  protected abstract connected(): void;
  /** Home Assistant has started. */
  protected abstract born(): void;

  /**
   * Takes over a configuration that was read anew, be it the same or another.
   * @returns whether it could: if not, a new app is to be made of it
   */
  abstract reconfigure(before: CommonConfig, after: CommonConfig): Promise<boolean>;

  async start(): Promise<void> {
    this.store.open();
    await this.#serve();
    const { enabled, discovery_prefix: prefix } = this.#settings.config.homeassistant;
    if (enabled) this.mqtt.subscribe(birthTopic(prefix), (topic, payload) => this.#birth(topic, payload));
    this.mqtt.connect();
    await this.begin();
  }

  set logLevels(log: LogLevels) {
    this.logs.levels = log;
  }

  /** What it does first, then what waits for the broker, then the word that it is gone. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const deadline = performance.now() + STOP_TIMEOUT_MS;
    const left = (): number => Math.max(100, deadline - performance.now());
    const { config, isOutboxKept, state } = this.#settings;
    clearInterval(this.#serveTimer);
    await this.end(left() / 2);
    await atMost(this.delivery.drained(), left() / 2);
    await this.mqtt.close({ last: [state('offline')], timeoutMs: left() });
    await this.web.close();
    const messages = this.outbox.size;
    await this.store.close(left());
    if (messages === 0) return;
    const isKept = config.store.enabled && isOutboxKept && !this.store.problem;
    if (isKept) this.logs.store.info({ messages }, 'messages wait for the next start');
    else this.logs.store.warn({ err: lost(messages) });
  }

  protected put(message: Outgoing): void {
    this.delivery.put(message);
    const dropped = this.outbox.dropped - this.#droppedBefore;
    if (dropped === 0 || this.#quiet.pass('dropped') === null) return;
    this.#droppedBefore = this.outbox.dropped;
    const detail = 'the outbox is full: the oldest messages were dropped';
    this.logs.store.error({ err: new BridgeError('outbox/overflow', detail, { facts: { dropped } }) });
  }

  /** All of a reading may be refused, and of each one. */
  #refused(topic: string, error: BridgeError): void {
    this.#refusal = { error, atMs: performance.now() };
    const held = this.#quiet.pass(`refused ${error.code}`);
    if (held === null) return;
    this.logs.mqtt.error(
      { err: error, topic, ...(held > 0 && { more_since_last_line: held }) },
      'message refused',
    );
  }

  /** Whoever floods topics must not flood the log, too; filters are our own. */
  protected mqttError(error: BridgeError): void {
    const held = this.#quiet.pass(`${error.code} ${error.facts.filter ?? ''}`);
    if (held === null) return;
    this.logs.mqtt.error({ err: error, ...(held > 0 && { more_since_last_line: held }) });
  }

  #storeChanged(problem: BridgeError | null): void {
    if (problem) {
      this.logs.store.warn({ err: problem }, 'the store cannot be written: readings are kept in memory');
      return;
    }
    this.logs.store.info('the store can be written again');
    this.delivery.pump();
  }

  #storeError(error: BridgeError): void {
    if (error.code === 'store/corrupt' || error.code === 'store/newer') this.storeMovedAside = error;
    this.logs.store.error({ err: error });
  }

  #connected(): void {
    this.mqttProblem = null;
    if (this.dryRun) this.logs.mqtt.warn('dry run: nothing is published');
    else this.logs.mqtt.info({ broker: this.broker }, 'connected to the broker');
    this.connected();
    this.delivery.connected();
  }

  #disconnected(error: BridgeError): void {
    this.mqttProblem = error;
    this.delivery.disconnected();
    this.logs.mqtt.warn({ err: error, broker: this.broker }, 'no connection to the broker');
  }

  #birth(topic: string, payload: Uint8Array): void {
    if (!isUtf8(payload)) {
      const detail = `a message on ${topic} is not UTF-8 text`;
      this.mqttError(new BridgeError('mqtt/malformed', detail, { facts: { topic } }));
    } else if (Buffer.from(payload).toString() === 'online') this.born();
  }

  async #serve(): Promise<void> {
    try {
      await this.web.start();
      if (!this.#serveTimer) return;
      clearInterval(this.#serveTimer);
      this.logs.http.info('status page and health checks are there now');
    } catch (thrown) {
      if (this.#serveTimer) return;
      // What the app is for goes on all the same.
      this.logs.http.error({ err: toBridgeError(thrown) }, 'no status page and no health checks');
      this.#serveTimer = setInterval(() => void this.#serve(), SERVE_EVERY_MS).unref();
    }
  }
}

function lost(messages: number): BridgeError {
  const detail = 'stopped before the broker had taken everything';
  return new BridgeError('outbox/lost', detail, { facts: { messages } });
}
