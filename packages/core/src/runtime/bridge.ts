import { isUtf8 } from 'node:buffer';
import type { z } from 'zod';
import type { BaseConfig } from '../config/index.ts';
import { Announcer } from '../discovery/index.ts';
import { BridgeError, toBridgeError } from '../errors/index.ts';
import type { Meter, Reading } from '../model/index.ts';
import { type Message, MqttClient, type Topics, topicsOf } from '../mqtt/index.ts';
import type { Logger, LogTail } from '../observe/index.ts';
import { type Outbox, type Outgoing, Store } from '../store/index.ts';
import { Availability } from './availability.ts';
import type { Changes } from './changes.ts';
import { CounterGuard } from './counter-guard.ts';
import type { BridgeDefinition } from './definition.ts';
import { Delivery } from './delivery.ts';
import { type BrokerClient, DryRun } from './dry-run.ts';
import { infoOf } from './info.ts';
import { type KnownMeter, Latest, numbersOf } from './latest.ts';
import { Line } from './line.ts';
import { Lines } from './lines.ts';
import { ComponentLogs } from './log.ts';
import { mqttSettings } from './mqtt-settings.ts';
import { Publisher } from './publisher.ts';
import { OncePerMinute } from './quiet.ts';
import { Shapes } from './shapes.ts';
import type { Entry } from './source.ts';
import { storeSettings } from './store-settings.ts';
import { SUPPORT_URL, VERSION } from './version.ts';
import { Web } from './web.ts';
import { within } from './within.ts';

/** Stopping takes at most this long: then the supervisor of the process would kill it. */
const STOP_TIMEOUT_MS = 5_000;
const EXPIRE_AFTER_MS = 300_000;
const EXPIRE_FACTOR = 2.5;
const INFO_EVERY_MS = 60_000;

/** A running bridge: lines → readings → publisher → outbox → broker, and what Home Assistant and others see of it. */
export class Bridge<Schema extends z.ZodObject, E extends Entry> {
  readonly store: Store;
  readonly outbox: Outbox;
  readonly delivery: Delivery;
  readonly availability: Availability;
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
  readonly startedMs = Date.now();
  readonly latest = new Latest();
  readonly guard: CounterGuard;
  readonly tail: LogTail;
  readonly #config: BaseConfig;
  readonly #entries: readonly E[];
  readonly #lines: Lines<E>;
  readonly #logs: ComponentLogs;
  readonly #topics: Topics;
  readonly #publisher: Publisher;
  readonly #announcer: Announcer;
  readonly #shapes: Shapes;
  readonly #quiet = new OncePerMinute();
  readonly #web: Web;
  #infoTimer: NodeJS.Timeout | undefined;
  #droppedBefore = 0;
  #stopped: Promise<void> | null = null;

  /** @param tail the last lines of the log */
  constructor(
    definition: BridgeDefinition<Schema, E>,
    config: BaseConfig & z.output<Schema>,
    log: Logger,
    tail: LogTail,
  ) {
    const { mqtt, homeassistant } = config;
    const { base_topic: base, output, qos, retain } = mqtt;
    this.#config = config;
    this.#logs = new ComponentLogs(log, config.log);
    this.app = definition.name;
    this.tail = tail;
    const prefix = homeassistant.discovery_prefix;
    this.#topics = topicsOf({ base, app: definition.name, ...mqtt.topics, discoveryPrefix: prefix });
    const topics = this.#topics;
    const put = (message: Outgoing): void => this.#put(message);

    this.broker = mqtt.url;
    this.insecure = mqtt.tls?.insecure ?? false;
    this.dryRun = config.dry_run;
    const settings = mqttSettings(mqtt, definition.name, (state) => this.#stateMessage(state));
    const onConnect = (): void => this.#connected();
    this.mqtt = this.dryRun
      ? new DryRun(this.#stateMessage('online'), this.#logs.mqtt, onConnect)
      : new MqttClient(settings, {
          onConnect,
          onDisconnect: (error) => this.#disconnected(error),
          onError: (error) => this.#mqttError(error),
        });
    this.store = new Store(storeSettings(config, definition.name), {
      onProblem: (problem) => this.#storeChanged(problem),
      onError: (error) => this.#storeError(error),
    });
    this.outbox = this.store.outbox;
    this.delivery = new Delivery(this.mqtt, this.outbox, (message, error) => {
      this.#logs.mqtt.error({ err: error, topic: message.topic }, 'message refused');
    });
    this.#shapes = new Shapes(config.meters, (error) => this.#logs.meters.warn({ err: error }));
    this.guard = new CounterGuard({
      space: this.store.state.space('counters'),
      limitsOf: (meter) => this.#shapes.limitsOf(meter),
      isPublished: (meter, key) => this.#shapes.of(meter).keyOf(key) !== null,
      onEvent: (error, key) => this.#counterEvent(error, key),
    });
    this.#publisher = new Publisher({ topics, output, qos, retain }, put);
    this.availability = new Availability(topics, put, (meter, online) => {
      this.#logs.meters.info({ meter: meter.id }, online ? 'meter online' : 'meter offline');
      this.#web.availability(meter, online);
    });
    this.#announcer = new Announcer({
      app: definition.name,
      version: VERSION,
      supportUrl: SUPPORT_URL,
      topics,
      output,
      qos,
      enabled: homeassistant.enabled,
      send: (message) => put({ ...message, backlogTopic: null }),
      afterBirth: () => this.#resendStates(),
    });
    const events = {
      onReading: (reading: Reading, entry: E) => this.#received(reading, entry),
      onGivenUp: (meters: readonly Meter[]) => {
        for (const meter of meters) this.availability.lost(meter);
      },
      onReplaced: (meter: Meter) => this.#forget([meter]),
    };
    const { source } = definition;
    this.#entries = definition.entries(config);
    this.#lines = new Lines({
      create: (entry) =>
        new Line(entry, source, config.breaker, this.#logs.meters.child({ meter: entry.id }), events),
      onGone: (meters) => this.#forget(meters),
    });
    this.#web = new Web(this, config.http, (error) =>
      this.#logs.http.error({ err: error }, 'no answer over HTTP'),
    );
  }

  get lines(): readonly Line<E>[] {
    return this.#lines.all;
  }

  async start(): Promise<void> {
    this.store.open();
    await this.#serve();
    if (this.#config.homeassistant.enabled)
      this.mqtt.subscribe(this.#topics.birth, (_, payload) => this.#birth(payload));
    this.mqtt.connect();
    this.#infoTimer = setInterval(() => this.#tellInfo(), INFO_EVERY_MS).unref();
    await this.#lines.apply(this.#entries);
  }

  /**
   * Reads these entries from now on; lines whose entry is the same go on as they are.
   * @param meters as in the configuration that the entries are from
   */
  async apply(entries: readonly E[], meters: BaseConfig['meters']): Promise<Changes<E>> {
    this.#shapes.configure(meters);
    return await this.#lines.apply(entries);
  }

  set logLevels(log: BaseConfig['log']) {
    this.#logs.levels = log;
    for (const line of this.lines) line.logLevel = this.#logs.meters.level;
  }

  /** Sources first, then what waits for the broker, then the word that the bridge is gone. */
  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    const deadline = performance.now() + STOP_TIMEOUT_MS;
    const left = (): number => Math.max(100, deadline - performance.now());
    clearInterval(this.#infoTimer);
    await this.#lines.stop(left() / 2);
    this.#announcer.close();
    this.guard.keep();
    this.availability.close();
    await within(this.delivery.drained(), left() / 2);
    await this.mqtt.close({ last: [this.#stateMessage('offline')], timeoutMs: left() });
    await this.#web.close();
    const messages = this.outbox.size;
    await this.store.close(left());
    if (messages === 0) return;
    const isKept = this.#config.store.enabled && this.#config.mqtt.qos > 0 && !this.store.problem;
    if (isKept) this.#logs.store.info({ messages }, 'messages wait for the next start');
    else this.#logs.store.warn({ messages }, 'stopped before the broker had taken everything');
  }

  #received(taken: Reading, entry: Entry): void {
    const reading = this.#shapes.apply(this.guard.apply(taken));
    const { meter } = reading;
    const expireAfterMs = this.#expireAfterMs(meter, entry);
    const known = this.latest.received(reading, entry.id);
    this.#web.received(known);
    this.availability.seen(meter, expireAfterMs);
    if (reading.unchanged) return;
    // Home Assistant counts only what is published: a meter that tells something now and then would seem dead to it.
    const expireAfterS = meter.intervalMs === null ? null : Math.ceil(expireAfterMs / 1000);
    this.#announcer.learn(meter, reading.values, expireAfterS);
    this.#publisher.publish(reading);
    this.#remember(known);
  }

  /** By the clock of this machine: one that is wrong in a meter would put its values where nobody looks. */
  #remember(known: KnownMeter): void {
    const now = Date.now();
    for (const { measurement, number } of numbersOf(known))
      this.store.history.append(known.meter.uniqueId, measurement.key, now, number);
  }

  #forget(meters: readonly Meter[]): void {
    for (const meter of meters) {
      this.#announcer.forget(meter);
      this.availability.forget(meter);
      this.#publisher.forget(meter);
      this.latest.forget(meter);
      this.guard.forget(meter);
    }
  }

  #expireAfterMs(meter: Meter, { expire_after }: Entry): number {
    return Math.max(expire_after ?? EXPIRE_AFTER_MS, EXPIRE_FACTOR * (meter.intervalMs ?? 0));
  }

  #put(message: Outgoing): void {
    this.delivery.put(message);
    const dropped = this.outbox.dropped - this.#droppedBefore;
    if (dropped === 0 || this.#quiet.pass('dropped') === null) return;
    this.#droppedBefore = this.outbox.dropped;
    this.#logs.store.error(
      { code: 'outbox/overflow', dropped },
      'the outbox is full: the oldest messages were dropped',
    );
  }

  #counterEvent(error: BridgeError, counter: string): void {
    if (this.#quiet.pass(counter) !== null) this.#logs.meters.warn({ err: error });
  }

  #storeChanged(problem: BridgeError | null): void {
    if (problem) {
      this.#logs.store.warn({ err: problem }, 'the store cannot be written: readings are kept in memory');
      return;
    }
    this.#logs.store.info('the store can be written again');
    this.delivery.pump();
  }

  #storeError(error: BridgeError): void {
    if (error.code === 'store/corrupt' || error.code === 'store/newer') this.storeMovedAside = error;
    this.#logs.store.error({ err: error });
  }

  #connected(): void {
    this.mqttProblem = null;
    if (this.dryRun) this.#logs.mqtt.warn('dry run: nothing is published');
    else this.#logs.mqtt.info({ broker: this.broker }, 'connected to the broker');
    this.#announcer.resend();
    this.#resendStates();
    this.delivery.connected();
    this.#tellInfo();
  }

  #tellInfo(): void {
    if (!this.mqtt.connected) return;
    const { bridgeInfo: topic } = this.#topics;
    this.#put({ topic, payload: infoOf(this), qos: 0, retain: true, backlogTopic: null });
  }

  /** What a broker without persistence, or a fresh Home Assistant, does not know. */
  #resendStates(): void {
    this.availability.resend();
    this.#publisher.resend(this.outbox.waitingTopics());
  }

  #disconnected(error: BridgeError): void {
    this.mqttProblem = error;
    this.delivery.disconnected();
    this.#logs.mqtt.warn({ err: error, broker: this.broker }, 'no connection to the broker');
  }

  /** Whoever floods topics must not flood the log, too; filters are our own. */
  #mqttError(error: BridgeError): void {
    const held = this.#quiet.pass(`${error.code} ${error.facts.filter ?? ''}`);
    if (held === null) return;
    this.#logs.mqtt.error({ err: error, ...(held > 0 && { more_since_last_line: held }) });
  }

  #birth(payload: Uint8Array): void {
    const { birth: topic } = this.#topics;
    if (!isUtf8(payload)) {
      const detail = `a message on ${topic} is not UTF-8 text`;
      this.#mqttError(new BridgeError('mqtt/malformed', detail, { facts: { topic } }));
    } else if (Buffer.from(payload).toString() === 'online') this.#announcer.onBirth();
  }

  #stateMessage(payload: string): Message {
    return { topic: this.#topics.bridgeState, payload, qos: 1, retain: true };
  }

  async #serve(): Promise<void> {
    try {
      await this.#web.start();
    } catch (thrown) {
      // Meters are read all the same.
      this.#logs.http.error({ err: toBridgeError(thrown) }, 'no status page and no health checks');
    }
  }
}
