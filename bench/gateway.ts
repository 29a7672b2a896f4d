import { setTimeout as sleep } from 'node:timers/promises';
import { type Broker, freePort } from '@meterbridge/testing';
import type { Population } from './population.ts';
import { type Program, startProgram } from './program.ts';
import { startRelay } from './relay.ts';
import { until } from './until.ts';

/** A bridge with its meters, and what is seen of it from outside. */
export interface Gateway extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
  /** Processor time from the first answer or telegram until the reading of each meter is confirmed. */
  readonly firstCpuMs: number;
  /** From the first answer or telegram until the discovery of each meter is confirmed. */
  readonly discoveryMs: number;
  /** Has meters tell their values in turn, evenly. @returns ms from the first byte on the line to the confirmation of the broker */
  send(perSecond: number, seconds: number): Promise<readonly number[]>;
}

/** For each of: all lines are open, all first readings are confirmed, all meters are announced. */
const GIVE_UP_MS = 60_000;
const GIVE_UP_PER_METER_MS = 12;
const DISCOVERY = 'homeassistant/device/';
/** Of all meters, when each tells its first reading. */
const AT_ONCE = 50;

/** @param population is closed with it @param heapMB bound of the heap; null: that of the image */
export async function startGateway(
  population: Population,
  broker: Broker,
  heapMB: number | null = null,
): Promise<Gateway> {
  await using opened = new AsyncDisposableStack();
  opened.use(population);
  const { app, entries } = population;
  const meters = entries.length;
  const seen = new Confirmations(population);
  const relay = opened.use(await startRelay(broker, { onConfirmed: (topic) => seen.confirmed(topic) }));
  const httpPort = await freePort();
  const config = {
    mqtt: { url: relay.url, client_id: `${app}-${meters}` },
    log: { level: 'error' },
    http: { port: httpPort },
    meters: entries,
  };
  const program = opened.use(await startProgram(app, config, heapMB));
  await until(() => population.isConnected, `lines of ${meters} meters are open`, patience(meters), program);
  const firsts = await tellAll(meters, seen, program);
  const resources = opened.move();
  return {
    program,
    url: `http://127.0.0.1:${httpPort}`,
    ...firsts,
    async send(perSecond, seconds) {
      const total = perSecond * seconds;
      const before = seen.latencies.length;
      const startMs = performance.now();
      for (let told = 0; told < total; ) {
        const due = Math.min(total, ((performance.now() - startMs) * perSecond) / 1000);
        while (told < due && seen.tell()) told++;
        await sleep(1);
        program.expectAlive();
      }
      await until(() => seen.underWay === 0, 'all readings are confirmed', GIVE_UP_MS, program);
      return seen.latencies.slice(before);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function tellAll(meters: number, seen: Confirmations, program: Program) {
  const startMs = performance.now();
  const before = program.cpuMs();
  const inTime = (isSo: () => boolean, what: string): Promise<void> =>
    until(isSo, what, patience(meters) - (performance.now() - startMs), program);
  const tellMore = (): boolean => {
    while (seen.told < meters && seen.underWay < AT_ONCE && seen.tell());
    return seen.told === meters && seen.underWay === 0;
  };
  await inTime(tellMore, `all of ${meters} first readings are confirmed`);
  const firstCpuMs = program.cpuMs() - before;
  await inTime(() => seen.announced.size >= meters, 'all meters are announced');
  return { firstCpuMs, discoveryMs: performance.now() - startMs };
}

function patience(meters: number): number {
  return GIVE_UP_MS + GIVE_UP_PER_METER_MS * meters;
}

/** When meters told their values, and these were confirmed. */
class Confirmations {
  readonly latencies: number[] = [];
  readonly announced = new Set<string>();
  readonly #population: Population;
  readonly #toldMs = new Map<string, number>();
  readonly #known = new Set<number>();

  constructor(population: Population) {
    this.#population = population;
  }

  /** Meters that told something once. */
  get told(): number {
    return this.#known.size;
  }

  get underWay(): number {
    return this.#toldMs.size;
  }

  /** @returns whether there was a meter to tell its values */
  tell(): boolean {
    const now = performance.now();
    const meter = this.#population.tell();
    if (meter === null) return false;
    this.#known.add(meter);
    this.#toldMs.set(this.#population.topicOf(meter), now);
    return true;
  }

  confirmed(topic: string): void {
    if (topic.startsWith(DISCOVERY)) this.announced.add(topic);
    // After a break of the connection, what had to wait has a topic of its own.
    const reading = topic.replace(/\/backlog$/, '');
    const toldMs = this.#toldMs.get(reading);
    if (toldMs === undefined) return;
    this.latencies.push(performance.now() - toldMs);
    this.#toldMs.delete(reading);
  }
}
