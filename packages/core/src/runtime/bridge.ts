import type { z } from 'zod';
import type { BaseConfig } from '../config/index.ts';
import { Announcer, deviceLayout, type Layout } from '../discovery/index.ts';
import type { BridgeError } from '../errors/index.ts';
import type { Meter, Reading } from '../model/index.ts';
import { type Topics, topicsOf } from '../mqtt/index.ts';
import type { Logger, LogTail } from '../observe/index.ts';
import type { Outgoing } from '../store/index.ts';
import { App } from './app.ts';
import { Availability } from './availability.ts';
import { hasChanges, needsRestart } from './changes.ts';
import { Commands } from './commands.ts';
import { CounterGuard } from './counter-guard.ts';
import type { BridgeDefinition } from './definition.ts';
import { infoOf } from './info.ts';
import { type KnownMeter, Latest, numbersOf } from './latest.ts';
import { Line } from './line.ts';
import { Lines } from './lines.ts';
import { Publisher } from './publisher.ts';
import { OncePerMinute } from './quiet.ts';
import { Removals } from './removals.ts';
import { Retained } from './retained.ts';
import type { Kept } from './retained-record.ts';
import { keptTopics, ownerOf, ownTopics } from './retained-topics.ts';
import { Shapes } from './shapes.ts';
import type { Entry } from './source.ts';
import { SUPPORT_URL, VERSION } from './version.ts';

const EXPIRE_AFTER_MS = 300_000;
const EXPIRE_FACTOR = 2.5;
const INFO_EVERY_MS = 60_000;
/** Begins the names of the spaces of the store in which sources keep what they know. */
const SOURCE_SPACE = 'source of ';

type Config<Schema extends z.ZodObject> = BaseConfig & z.output<Schema>;

/** A running bridge: lines → readings → publisher → outbox → broker, and what Home Assistant and others see of it. */
export class Bridge<Schema extends z.ZodObject, E extends Entry> extends App {
  readonly availability: Availability;
  readonly latest = new Latest();
  readonly guard: CounterGuard;
  readonly #definition: BridgeDefinition<Schema, E>;
  readonly #config: Config<Schema>;
  readonly #lines: Lines<E>;
  readonly #topics: Topics;
  readonly #layout: Layout;
  readonly #publisher: Publisher;
  readonly #announcer: Announcer;
  readonly #shapes: Shapes;
  readonly #retained: Retained;
  readonly #removals: Removals;
  /** Ids of the meters in the configuration. */
  #configured: ReadonlySet<string>;
  readonly #quiet = new OncePerMinute();
  readonly #commands: Commands;
  #infoTimer: NodeJS.Timeout | undefined;

  /** @param tail the last lines of the log */
  constructor(definition: BridgeDefinition<Schema, E>, config: Config<Schema>, log: Logger, tail: LogTail) {
    const { mqtt, homeassistant } = config;
    const { base_topic: base, output, qos, retain } = mqtt;
    const { name } = definition;
    const prefix = homeassistant.discovery_prefix;
    const topics = topicsOf({ base, app: name, ...mqtt.topics, discoveryPrefix: prefix });
    const state = (payload: string) =>
      ({ topic: topics.bridgeState, payload, qos: 1, retain: true }) as const;
    super({ name, config, log, tail, state, isOutboxKept: qos > 0 });
    this.#definition = definition;
    this.#config = config;
    this.#topics = topics;
    const version = { version: VERSION, supportUrl: SUPPORT_URL };
    this.#layout =
      definition.layout?.(config) ?? deviceLayout({ app: name, ...version, topics, output, qos });
    const put = (message: Outgoing): void => this.put(message);
    this.#shapes = new Shapes(config.meters, (error) => this.logs.meters.warn({ err: error }));
    this.#configured = idsOf(config.meters);
    this.#removals = new Removals(this.store.state.space('removals'), this.mqtt);
    this.#retained = this.#createRetained();
    this.guard = this.#createGuard();
    this.#publisher = new Publisher({ topics, output, qos, retain }, put);
    this.availability = new Availability(topics, put, (meter, online) => {
      this.logs.meters.info({ meter: meter.id }, online ? 'meter online' : 'meter offline');
      this.web.availability(meter, online);
    });
    this.#announcer = this.#createAnnouncer();
    const events = {
      onReading: (reading: Reading, entry: E) => this.#received(reading, entry),
      onGivenUp: (meters: readonly Meter[]) => {
        for (const meter of meters) this.availability.lost(meter);
      },
      onReplaced: (meter: Meter) => this.#forget([meter]),
    };
    this.#commands = new Commands({
      topics,
      lines: () => this.lines,
      subscribe: (onMessage) => this.mqtt.subscribe(topics.commands, onMessage),
      put: (message) => put({ ...message, backlogTopic: null }),
      log: this.logs.meters,
    });
    const { source } = definition;
    this.#lines = new Lines({
      create: (entry) =>
        new Line(
          entry,
          source,
          config.breaker,
          this.logs.meters.child({ meter: entry.id }),
          events,
          this.store.state.space(spaceOf(entry)),
        ),
      onGone: (meters) => this.#forget(meters),
    });
  }

  #createRetained(): Retained {
    const { qos } = this.#config.mqtt;
    return new Retained({
      space: this.store.state.space('retained'),
      topicsOf: (entities) => keptTopics(this.#config, this.#topics, this.#layout, entities),
      ownKeyOf: (meter, key) => this.#shapes.of(meter).ownKeyOf(key),
      keyOf: (meter, own) => this.#shapes.of(meter).keyOf(own),
      onStale: (topic) => this.#removals.add(topic),
      // In line with the readings that still wait, so that none of them comes after it.
      onStaleReading: (topic) =>
        this.put({ topic, payload: '', qos, retain: true, backlogTopic: `${topic}/backlog` }),
      onWanted: (topic) => this.#removals.cancel(topic),
    });
  }

  #createAnnouncer(): Announcer {
    return new Announcer({
      layout: this.#layout,
      topics: this.#topics,
      enabled: this.#config.homeassistant.enabled,
      send: (message) => this.put({ ...message, backlogTopic: null }),
      order: ({ topic, payload }) => this.#removals.add(topic, payload),
      afterBirth: () => this.#resendStates(),
    });
  }

  #createGuard(): CounterGuard {
    return new CounterGuard({
      space: this.store.state.space('counters'),
      limitsOf: (meter) => this.#shapes.limitsOf(meter),
      isPublished: (meter, key) => this.#shapes.of(meter).keyOf(key) !== null,
      onEvent: (error, counter) => this.#counterEvent(error, counter),
    });
  }

  get lines(): readonly Line<E>[] {
    return this.#lines.all;
  }

  get warnings(): readonly BridgeError[] {
    return this.guard.held;
  }

  override set logLevels(log: BaseConfig['log']) {
    super.logLevels = log;
    for (const line of this.lines) line.logLevel = this.logs.meters.level;
  }

  /** Lines whose entry is the same go on as they are. */
  async reconfigure(before: Config<Schema>, after: Config<Schema>): Promise<boolean> {
    const entries = this.#definition.entries(after);
    if (needsRestart(before, after)) {
      const kept = new Set(entries.map(({ id }) => id));
      // Meters that go are forgotten where they are known.
      await this.#lines.apply(this.#definition.entries(before).filter(({ id }) => kept.has(id)));
      return false;
    }
    this.#shapes.configure(after.meters);
    this.#configured = idsOf(after.meters);
    const changes = await this.#lines.apply(entries);
    this.#settle(entries);
    if (!hasChanges(changes)) this.logs.root.debug('the configuration is the same');
    else {
      const ids = Object.entries(changes).map(([what, list]) => [what, list.map(({ id }: E) => id)]);
      this.logs.root.info(Object.fromEntries(ids), 'configuration applied');
    }
    return true;
  }

  protected async begin(): Promise<void> {
    const entries = this.#definition.entries(this.#config);
    this.#takeUp(entries);
    this.#infoTimer = setInterval(() => this.#tellInfo(), INFO_EVERY_MS).unref();
    await this.#lines.apply(entries);
  }

  protected async end(timeoutMs: number): Promise<void> {
    clearInterval(this.#infoTimer);
    await this.#lines.stop(timeoutMs);
    this.#announcer.close();
    this.guard.keep();
    this.availability.close();
  }

  protected connected(): void {
    this.#removals.connected();
    this.#announcer.resend();
    this.#resendStates();
    this.#tellInfo();
  }

  protected born(): void {
    this.#announcer.onBirth();
  }

  #received(taken: Reading, entry: Entry): void {
    const reading = this.#shapes.apply(this.guard.apply(taken));
    const { meter } = reading;
    const expireAfterMs = this.#expireAfterMs(meter);
    const known = this.latest.received(reading, entry.id);
    this.web.received(known);
    this.availability.seen(meter, expireAfterMs);
    if (reading.unchanged) return;
    // Home Assistant counts only what is published: a meter that tells something now and then would seem dead to it.
    const expireAfterS = meter.intervalMs === null ? null : Math.ceil(expireAfterMs / 1000);
    const owner = ownerOf(meter, this.#configured, entry.id);
    for (const replaced of this.#retained.received(reading, expireAfterS, owner))
      this.#announcer.forget(replaced);
    if (meter.controls) this.#commands.listen();
    this.#announcer.learn(meter, reading.values, expireAfterS);
    this.#publisher.publish(reading);
    for (const message of this.#layout.states(reading)) this.put({ ...message, backlogTopic: null });
    this.#remember(known);
  }

  /** By the clock of this machine: one that is wrong in a meter would put its values where nobody looks. */
  #remember(known: KnownMeter): void {
    const now = Date.now();
    for (const { measurement, number } of numbersOf(known))
      this.store.history.append(known.meter.uniqueId, measurement.key, now, number);
  }

  /** What an earlier run has left at the broker: either it goes on, or it is removed. */
  #takeUp(entries: readonly E[]): void {
    const space = this.store.state.space('bridge');
    const before = space.get('topics');
    const topics = ownTopics(this.#config, this.#topics, this.#layout);
    for (const topic of Array.isArray(before) ? before : [])
      if (!topics.includes(topic)) this.#removals.add(topic);
    for (const topic of topics) this.#removals.cancel(topic);
    space.set('topics', topics);
    this.#retained.load();
    this.#settle(entries);
  }

  #settle(entries: readonly E[]): void {
    const spaces = new Set(entries.map(spaceOf));
    this.store.state.drop((name) => name.startsWith(SOURCE_SPACE) && !spaces.has(name));
    const owners = new Set([...this.#configured, ...idsOf(entries)]);
    for (const { kept, isGone, withdrawn } of this.#retained.settle(owners)) {
      if (isGone) this.#forget([kept.meter]);
      else this.#withdraw(kept, withdrawn);
    }
  }

  #withdraw(kept: Kept, keys: readonly string[]): void {
    const { meter, isHeard } = kept;
    if (!isHeard) {
      this.#announcer.restore(kept);
      // One that only has others behind it never tells anything.
      if (kept.measurements.size > 0) this.availability.restore(meter, this.#expireAfterMs(meter));
    }
    if (keys.length === 0) return;
    this.#announcer.withdraw(meter, keys);
    this.#publisher.withdraw(meter, keys);
    this.latest.withdraw(meter, keys);
  }

  #forget(meters: readonly Meter[]): void {
    for (const meter of meters) {
      this.#retained.forget(meter);
      this.#announcer.forget(meter);
      this.availability.forget(meter);
      this.#publisher.forget(meter);
      this.latest.forget(meter);
      this.guard.forget(meter);
      this.store.history.forget(meter.uniqueId);
    }
  }

  #expireAfterMs(meter: Meter): number {
    const configuredMs = this.#shapes.expireAfterOf(meter) ?? EXPIRE_AFTER_MS;
    return Math.max(configuredMs, EXPIRE_FACTOR * (meter.intervalMs ?? 0));
  }

  #counterEvent(error: BridgeError, counter: string): void {
    if (this.#quiet.pass(counter) !== null) this.logs.meters.warn({ err: error });
  }

  #tellInfo(): void {
    if (!this.mqtt.connected) return;
    const { bridgeInfo: topic } = this.#topics;
    this.put({ topic, payload: infoOf(this), qos: 0, retain: true, backlogTopic: null });
  }

  /** What a broker without persistence, or a fresh Home Assistant, does not know. */
  #resendStates(): void {
    this.availability.resend();
    this.#publisher.resend(this.outbox.waitingTopics());
  }
}

function idsOf(entries: readonly Pick<Entry, 'id'>[]): ReadonlySet<string> {
  return new Set(entries.map(({ id }) => id));
}

function spaceOf({ id }: Entry): string {
  return `${SOURCE_SPACE}${id}`;
}
