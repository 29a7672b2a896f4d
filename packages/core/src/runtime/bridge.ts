import type { z } from 'zod';
import type { BaseConfig } from '../config/index.ts';
import { deviceLayout, type Layout } from '../discovery/index.ts';
import type { BridgeError } from '../errors/index.ts';
import type { Reading } from '../model/index.ts';
import { type Topics, topicsOf } from '../mqtt/index.ts';
import type { Logger, LogTail } from '../observe/index.ts';
import { App } from './app.ts';
import { hasChanges, needsRestart } from './changes.ts';
import { type Commanded, Commands } from './commands.ts';
import type { BridgeDefinition } from './definition.ts';
import { infoOf } from './info.ts';
import { Line } from './line.ts';
import { Lines } from './lines.ts';
import type { LogLevels } from './log.ts';
import { Meters, type ShownMeter } from './meters.ts';
import { bridgeAsMeter, logLevelOf, OWN_CONTROLS } from './own-controls.ts';
import { Removals } from './removals.ts';
import { ownTopics } from './retained-topics.ts';
import type { Entry } from './source.ts';
import { SUPPORT_URL, VERSION } from './version.ts';

/** Signs of life come so often. */
const HEARTBEAT_MS = 60_000;
/** Begins the names of the spaces of the store in which sources keep what they know. */
const SOURCE_SPACE = 'source of ';

type Config<Schema extends z.ZodObject> = BaseConfig & z.output<Schema>;

/** A running bridge: lines → readings → meters → outbox → broker, and what Home Assistant and others see of it. */
export class Bridge<Schema extends z.ZodObject, E extends Entry> extends App {
  readonly #definition: BridgeDefinition<Schema, E>;
  readonly #config: Config<Schema>;
  readonly #topics: Topics;
  readonly #layout: Layout;
  readonly #removals: Removals;
  readonly #meters: Meters;
  readonly #lines: Lines<E>;
  readonly #commands: Commands;
  #heartbeat: NodeJS.Timeout | undefined;
  readonly #itself: Commanded;

  /** @param tail the last lines of the log */
  constructor(definition: BridgeDefinition<Schema, E>, config: Config<Schema>, log: Logger, tail: LogTail) {
    const { base_topic: base, topics: templates, output, qos } = config.mqtt;
    const { name } = definition;
    const discoveryPrefix = config.homeassistant.discovery_prefix;
    const topics = topicsOf({ base, app: name, ...templates, discoveryPrefix });
    const state = (payload: string) =>
      ({ topic: topics.bridgeState, payload, qos: 1, retain: true }) as const;
    super({ name, config, log, tail, state, isOutboxKept: qos > 0 });
    this.#definition = definition;
    this.#config = config;
    this.#topics = topics;
    const version = { version: VERSION, supportUrl: SUPPORT_URL };
    this.#layout =
      definition.layout?.(config) ??
      deviceLayout({ app: name, ...version, topics, output, qos, controls: OWN_CONTROLS });
    this.#removals = new Removals(this.store.state.space('removals'), this.mqtt);
    this.#meters = this.#createMeters();
    this.#itself = { meters: [bridgeAsMeter(name)], command: async ({ text }) => this.#setLogLevel(text) };
    this.#commands = new Commands({
      topics,
      commanded: () => [...this.lines, this.#itself],
      subscribe: (onMessage) => this.mqtt.subscribe(topics.commands, onMessage),
      put: (message) => this.put(message),
      onDone: () => this.#tellInfo(),
      log: this.logs.meters,
    });
    this.#lines = new Lines({
      create: (entry) => this.#createLine(entry),
      onGone: (meters) => this.#meters.forget(meters),
    });
  }

  get lines(): readonly Line<E>[] {
    return this.#lines.all;
  }

  get meters(): readonly ShownMeter[] {
    return this.#meters.shown;
  }

  protected get ownWarnings(): readonly BridgeError[] {
    return this.#meters.held;
  }

  override set logLevels(log: LogLevels) {
    super.logLevels = log;
    for (const line of this.lines) line.logLevel = this.logs.meters.level;
  }

  /** Lines whose entry is the same go on as they are. */
  async reconfigure(before: Config<Schema>, after: Config<Schema>): Promise<boolean> {
    const entries = this.#definition.entries(after);
    if (needsRestart(before, after)) {
      const kept = new Set(idsOf(entries));
      // Meters that go are forgotten where they are known.
      await this.#lines.apply(this.#definition.entries(before).filter(({ id }) => kept.has(id)));
      return false;
    }
    this.#meters.configure(after.meters);
    const changes = await this.#lines.apply(entries);
    this.#dropSpaces(entries);
    this.#meters.settle(idsOf(entries));
    if (!hasChanges(changes)) this.logs.root.debug('the configuration is the same');
    else {
      const ids = Object.entries(changes).map(([what, list]) => [what, idsOf(list)]);
      this.logs.root.info(Object.fromEntries(ids), 'configuration applied');
    }
    return true;
  }

  protected async begin(): Promise<void> {
    const entries = this.#definition.entries(this.#config);
    this.#takeUpTopics();
    this.#dropSpaces(entries);
    this.#meters.takeUp(idsOf(entries));
    this.#commands.listen();
    this.#heartbeat = setInterval(() => this.#beat(), HEARTBEAT_MS).unref();
    await this.#lines.apply(entries);
  }

  protected async end(timeoutMs: number): Promise<void> {
    clearInterval(this.#heartbeat);
    await this.#lines.stop(timeoutMs);
    this.#meters.close();
  }

  protected connected(): void {
    this.#removals.connected();
    this.#meters.resend();
    this.#tellInfo();
  }

  protected born(): void {
    this.#meters.born();
  }

  #createMeters(): Meters {
    return new Meters({
      config: this.#config,
      topics: this.#topics,
      layout: this.#layout,
      store: this.store,
      outbox: this.outbox,
      removals: this.#removals,
      log: this.logs.meters,
      put: (message) => this.put(message),
      onAvailability: (meter, online) => {
        this.logs.meters.info({ meter: meter.id }, online ? 'meter online' : 'meter offline');
        this.web.availability(meter, online);
      },
    });
  }

  #createLine(entry: E): Line<E> {
    const line: Line<E> = new Line({
      entry,
      source: this.#definition.source,
      breaker: this.#config.breaker,
      log: this.logs.meters.child({ meter: entry.id }),
      state: this.store.state.space(spaceOf(entry)),
      events: {
        onReading: (reading) => this.#received(reading, line),
        onGivenUp: (meters) => this.#meters.lost(meters),
        onReplaced: (meter) => this.#meters.forget([meter]),
        onInherited: (meters) => this.#meters.release(meters),
        onKept: (meters) => this.#meters.hold(meters),
      },
    });
    return line;
  }

  #received(reading: Reading, line: Line<E>): void {
    const { id } = line.entry;
    const refusal = this.#meters.refusalOf(reading.meter, id);
    if (refusal) line.report(refusal);
    else this.web.received(this.#meters.received(reading, id));
  }

  /** Of the bridge itself: what an earlier run kept on others is removed. */
  #takeUpTopics(): void {
    const space = this.store.state.space('bridge');
    const before = space.get('topics');
    const topics = ownTopics(this.#config, this.#topics, this.#layout);
    for (const topic of Array.isArray(before) ? before : [])
      if (!topics.includes(topic)) this.#removals.add(topic);
    for (const topic of topics) this.#removals.cancel(topic);
    space.set('topics', topics);
  }

  /** Another device may get the id of an entry that is no more. */
  #dropSpaces(entries: readonly E[]): void {
    const spaces = new Set(entries.map(spaceOf));
    this.store.state.drop((name) => name.startsWith(SOURCE_SPACE) && !spaces.has(name));
  }

  #setLogLevel(text: string): void {
    this.logLevels = { ...this.logs.levels, level: logLevelOf(text) };
  }

  #beat(): void {
    if (!this.mqtt.connected) return;
    const { bridgeState: topic } = this.#topics;
    // A last will that came late, or somebody else, may have left something there that is not true.
    this.put({ topic, payload: 'online', qos: 1, retain: true, backlogTopic: null });
    this.#tellInfo();
  }

  #tellInfo(): void {
    if (!this.mqtt.connected) return;
    const { bridgeInfo: topic } = this.#topics;
    const payload = infoOf(this, this.logs.levels.level);
    this.put({ topic, payload, qos: 0, retain: true, backlogTopic: null });
  }
}

function idsOf(entries: readonly Entry[]): readonly string[] {
  return entries.map(({ id }) => id);
}

function spaceOf({ id }: Entry): string {
  return `${SOURCE_SPACE}${id}`;
}
