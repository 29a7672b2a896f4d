import type { BaseConfig } from '../config/index.ts';
import { Announcer, type Layout } from '../discovery/index.ts';
import type { BridgeError } from '../errors/index.ts';
import type { Meter, Reading } from '../model/index.ts';
import type { Topics } from '../mqtt/index.ts';
import type { Logger } from '../observe/index.ts';
import type { Outbox, Outgoing, Store } from '../store/index.ts';
import { Availability, type MeterState } from './availability.ts';
import { CounterGuard } from './counter-guard.ts';
import { Duplicates } from './duplicates.ts';
import { type KnownMeter, LastReadings, numbersOf } from './last-readings.ts';
import { Publisher } from './publisher.ts';
import { OncePerMinute } from './quiet.ts';
import type { Removals } from './removals.ts';
import { Retained, type Settled } from './retained.ts';
import type { Kept } from './retained-record.ts';
import { keptTopics, ownerOf } from './retained-topics.ts';
import { Shapes } from './shapes.ts';

const EXPIRE_AFTER_MS = 300_000;
const EXPIRE_FACTOR = 2.5;

export interface MetersSettings {
  readonly config: BaseConfig;
  readonly topics: Topics;
  readonly layout: Layout;
  readonly store: Pick<Store, 'state' | 'history'>;
  readonly outbox: Pick<Outbox, 'waitingTopics'>;
  readonly removals: Removals;
  readonly log: Logger;
  readonly put: (message: Outgoing) => void;
  readonly onAvailability: (meter: Meter, online: boolean) => void;
}

/** What is shown of a meter. */
export interface ShownMeter extends MeterState {
  /** What it told last; null: nothing since the start. */
  readonly known: KnownMeter | null;
  /** By key: values of totals that were held back so far. */
  readonly held: ReadonlyMap<string, number>;
}

/** The life of the meters: from their first reading, or from what an earlier run has left, until they are no more. */
export class Meters {
  readonly #settings: MetersSettings;
  readonly #shapes: Shapes;
  readonly #guard: CounterGuard;
  readonly #lastReadings = new LastReadings();
  readonly #availability: Availability;
  readonly #retained: Retained;
  readonly #announcer: Announcer;
  readonly #publisher: Publisher;
  readonly #quiet = new OncePerMinute();
  readonly #duplicates = new Duplicates();
  /** Ids of the meters in the configuration. */
  #configured: ReadonlySet<string> = new Set();

  constructor(settings: MetersSettings) {
    const { config, topics, log, put, onAvailability } = settings;
    const { output, qos, retain } = config.mqtt;
    this.#settings = settings;
    this.#shapes = new Shapes([], (error) => log.warn({ err: error }));
    this.#guard = this.#createGuard();
    this.#availability = new Availability(topics, put, onAvailability);
    this.#retained = this.#createRetained();
    this.#announcer = this.#createAnnouncer();
    this.#publisher = new Publisher({ topics, output, qos, retain }, put);
    this.configure(config.meters);
  }

  /** Every meter of which it is known whether it is there. */
  get shown(): readonly ShownMeter[] {
    return this.#availability.states().map((state) => ({
      ...state,
      known: this.#lastReadings.of(state.meter) ?? null,
      held: this.#guard.countsOf(state.meter),
    }));
  }

  /** What is held back now, and why. */
  get held(): readonly BridgeError[] {
    return [...this.#duplicates.problems, ...this.#guard.held];
  }

  /** From now on they have the settings of this configuration. */
  configure(meters: BaseConfig['meters']): void {
    this.#shapes.configure(meters);
    this.#duplicates.clear();
    this.#configured = new Set(meters.map(({ id }) => id));
  }

  /** What an earlier run has left at the broker goes on, or is removed. @param lines ids of those there are */
  takeUp(lines: readonly string[]): void {
    this.#retained.load();
    this.settle(lines);
  }

  /** As the configuration is now: what it does not know any more is removed. @param lines ids of those there are */
  settle(lines: readonly string[]): void {
    for (const settled of this.#retained.settle(new Set([...this.#configured, ...lines]))) {
      const { before, after } = settled;
      if (after) this.#goOn({ ...settled, after });
      else this.forget([before.meter]);
    }
  }

  /** Why a meter must not be told that is read on this line; null if it may. */
  refusalOf(meter: Meter, line: string): BridgeError | null {
    const before = this.#availability.isOnline(meter) ? this.#lastReadings.of(meter) : undefined;
    return this.#duplicates.refusalOf({ meter, line }, before, this.#configured);
  }

  /** @returns what is known of the meter now */
  received(taken: Reading, line: string): KnownMeter {
    const reading = this.#shapes.apply(this.#guard.apply(taken));
    const known = this.#lastReadings.received(reading, line);
    this.#availability.seen(reading.meter, this.#expireAfterMs(reading.meter));
    if (!reading.unchanged) {
      this.#tell(reading, known);
      this.#remember(known);
    }
    return known;
  }

  /** Their line is replaced: what they are called says nothing until they are read again, or held. */
  release(meters: readonly Meter[]): void {
    for (const meter of meters) this.#duplicates.release(meter);
  }

  /** Of those that were released, these are read as before: others that come first must not take their place. */
  hold(meters: readonly Meter[]): void {
    for (const meter of meters)
      if (this.#lastReadings.of(meter)?.meter.id === meter.id) this.#duplicates.hold(meter);
  }

  /** They cannot be read any more. */
  lost(meters: readonly Meter[]): void {
    for (const meter of meters) {
      this.#duplicates.over(meter);
      this.#availability.lost(meter);
    }
  }

  /** They are no more: what the broker keeps of them is removed. */
  forget(meters: readonly Meter[]): void {
    for (const meter of meters) {
      this.#duplicates.over(meter);
      this.#retained.forget(meter);
      this.#announcer.forget(meter);
      this.#availability.forget(meter);
      const last = this.#lastReadings.of(meter);
      // Read under another id, it goes on with its totals and its history.
      if (last && last.meter.id !== meter.id) continue;
      this.#lastReadings.forget(meter);
      if (last) this.#publisher.forget(last, this.#lastReadings.all());
      this.#guard.forget(meter);
      this.#settings.store.history.forget(meter.uniqueId);
    }
  }

  /** The broker may have lost all that it was told before. */
  resend(): void {
    this.#announcer.resend();
    this.#resendStates();
  }

  /** Home Assistant has started. */
  born(): void {
    this.#announcer.onBirth();
  }

  close(): void {
    this.#announcer.close();
    this.#guard.keep();
    this.#availability.close();
  }

  #tell(reading: Reading, known: KnownMeter): void {
    const { layout, put } = this.#settings;
    const { meter } = reading;
    // Home Assistant counts only what is published: a meter that tells something now and then would seem dead to it.
    const expireAfterS = meter.intervalMs === null ? null : Math.ceil(this.#expireAfterMs(meter) / 1000);
    const owner = ownerOf(meter, this.#configured, known.line);
    const { news, replaced } = this.#retained.received(reading, expireAfterS, owner);
    for (const one of replaced) this.#announcer.forget(one);
    if (news) this.#announcer.learn(news);
    this.#publisher.publish(known);
    for (const message of layout.states(reading)) put({ ...message, backlogTopic: null, isValue: true });
  }

  /** By the clock of this machine: one that is wrong in a meter would put its values where nobody looks. */
  #remember(known: KnownMeter): void {
    const now = Date.now();
    const { history } = this.#settings.store;
    for (const { measurement, number } of numbersOf(known))
      history.append(known.meter.uniqueId, measurement.key, now, number);
  }

  #goOn({ before, after, withdrawn }: Settled & { readonly after: Kept }): void {
    const { meter, isHeard, measurements } = before;
    if (!isHeard) {
      this.#announcer.restore(before);
      // One that only has others behind it never tells anything.
      if (measurements.size > 0) this.#availability.restore(meter, this.#expireAfterMs(meter));
    }
    if (withdrawn.length === 0) return;
    this.#announcer.withdraw(after);
    const known = this.#lastReadings.of(meter);
    if (!known) return;
    this.#publisher.withdraw(known, withdrawn);
    this.#lastReadings.withdraw(meter, withdrawn);
  }

  #expireAfterMs(meter: Meter): number {
    const configuredMs = this.#shapes.expireAfterOf(meter) ?? EXPIRE_AFTER_MS;
    return Math.max(configuredMs, EXPIRE_FACTOR * (meter.intervalMs ?? 0));
  }

  /** What a broker without persistence, or a fresh Home Assistant, does not know. */
  #resendStates(): void {
    this.#availability.resend();
    const waiting = this.#settings.outbox.waitingTopics();
    for (const known of this.#lastReadings.all())
      this.#publisher.resend(known, waiting.has(this.#settings.topics.reading(known.meter)));
  }

  #createGuard(): CounterGuard {
    const { store, log } = this.#settings;
    return new CounterGuard({
      space: store.state.space('counters'),
      limitsOf: (meter) => this.#shapes.limitsOf(meter),
      isPublished: (meter, key) => this.#shapes.of(meter).keyOf(key) !== null,
      onEvent: (error, counter) => {
        if (this.#quiet.pass(counter) !== null) log.warn({ err: error });
      },
    });
  }

  #createRetained(): Retained {
    const { config, topics, layout, store, removals, put } = this.#settings;
    const { qos } = config.mqtt;
    return new Retained({
      space: store.state.space('retained'),
      topicsOf: (entities) => keptTopics(config, topics, layout, entities),
      ownKeyOf: (meter, key) => this.#shapes.of(meter).ownKeyOf(key),
      keyOf: (meter, own) => this.#shapes.of(meter).keyOf(own),
      onStale: (topic) => removals.add(topic),
      // In line with the readings that still wait, so that none of them comes after it.
      onStaleReading: (topic) =>
        put({ topic, payload: '', qos, retain: true, backlogTopic: `${topic}/backlog` }),
      onWanted: (topic) => removals.cancel(topic),
    });
  }

  #createAnnouncer(): Announcer {
    const { config, topics, layout, removals, put } = this.#settings;
    return new Announcer({
      layout,
      topics,
      enabled: config.homeassistant.enabled,
      send: (message) => put({ ...message, backlogTopic: null }),
      order: ({ topic, payload }) => removals.add(topic, payload),
      afterBirth: () => this.#resendStates(),
    });
  }
}
