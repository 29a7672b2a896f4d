import { setTimeout as sleep } from 'node:timers/promises';
import { type Broker, freePort } from '@meterbridge/testing';
import { type Ports, servePorts } from './ports.ts';
import { type Program, startProgram } from './program.ts';
import { startRelay } from './relay.ts';
import { until } from './until.ts';

/** A dsmr-bridge with so many meters, each on a line of its own, and what is seen of it from outside. */
export interface Gateway extends AsyncDisposable {
  readonly program: Program;
  readonly url: string;
  /** Processor time from the first telegram until the reading of each meter is confirmed. */
  readonly firstCpuMs: number;
  /** From the first telegram until the discovery of each meter is confirmed. */
  readonly discoveryMs: number;
  /** Has meters send in turn, evenly. @returns ms from the first byte on the line to the confirmation of the broker */
  send(perSecond: number, seconds: number): Promise<readonly number[]>;
}

/** For each of: all lines are open, all first readings are confirmed, all meters are announced. */
const GIVE_UP_MS = 60_000;
const GIVE_UP_PER_METER_MS = 12;
const TOPIC = 'meters/dsmr/m';
const DISCOVERY = 'homeassistant/device/';
/** Of all meters, when each tells its first reading. */
const AT_ONCE = 50;

export async function startGateway(
  meters: number,
  broker: Broker,
  heapMB: number | null = null,
): Promise<Gateway> {
  await using opened = new AsyncDisposableStack();
  const ports = opened.use(await servePorts());
  const seen = new Confirmations();
  const relay = opened.use(await startRelay(broker, { onConfirmed: (topic) => seen.confirmed(topic) }));
  const httpPort = await freePort();
  const config = {
    mqtt: { url: relay.url, client_id: `gateway-${meters}` },
    log: { level: 'error' },
    http: { port: httpPort },
    meters: Array.from({ length: meters }, (_, meter) => ({
      id: `m${meter}`,
      address: ports.address(meter),
    })),
  };
  const program = opened.use(await startProgram('dsmr-bridge', config, heapMB));
  await until(() => ports.connected === meters, `${meters} lines are open`, patience(meters), program);
  const firsts = await tellAll(meters, ports, seen, program);
  const resources = opened.move();
  let next = 0;
  return {
    program,
    url: `http://127.0.0.1:${httpPort}`,
    ...firsts,
    async send(perSecond, seconds) {
      const total = perSecond * seconds;
      const before = seen.latencies.length;
      const startMs = performance.now();
      for (let sent = 0; sent < total; ) {
        const due = Math.min(total, ((performance.now() - startMs) * perSecond) / 1000);
        for (; sent < due; sent++) seen.send(next++ % meters, ports);
        await sleep(1);
      }
      await until(() => seen.underWay === 0, 'all readings are confirmed', GIVE_UP_MS, program);
      return seen.latencies.slice(before);
    },
    [Symbol.asyncDispose]: () => resources.disposeAsync(),
  };
}

async function tellAll(meters: number, ports: Ports, seen: Confirmations, program: Program) {
  const startMs = performance.now();
  const before = program.cpuMs();
  const inTime = (isSo: () => boolean, what: string): Promise<void> =>
    until(isSo, what, patience(meters) - (performance.now() - startMs), program);
  for (let meter = 0; meter < meters; meter++) {
    seen.send(meter, ports);
    if (seen.underWay >= AT_ONCE)
      await inTime(() => seen.underWay < AT_ONCE, `${meter} of ${meters} first readings are confirmed`);
  }
  await inTime(() => seen.underWay === 0, 'all first readings are confirmed');
  const firstCpuMs = program.cpuMs() - before;
  await inTime(() => seen.announced.size >= meters, 'all meters are announced');
  return { firstCpuMs, discoveryMs: performance.now() - startMs };
}

function patience(meters: number): number {
  return GIVE_UP_MS + GIVE_UP_PER_METER_MS * meters;
}

/** When telegrams were sent, and their readings confirmed. */
class Confirmations {
  readonly latencies: number[] = [];
  readonly announced = new Set<string>();
  readonly #sentMs = new Map<string, number>();

  get underWay(): number {
    return this.#sentMs.size;
  }

  send(meter: number, ports: Ports): void {
    this.#sentMs.set(`${TOPIC}${meter}`, performance.now());
    ports.send(meter);
  }

  confirmed(topic: string): void {
    if (topic.startsWith(DISCOVERY)) this.announced.add(topic);
    // After a break of the connection, what had to wait has a topic of its own.
    const reading = topic.replace(/\/backlog$/, '');
    const sentMs = this.#sentMs.get(reading);
    if (sentMs === undefined) return;
    this.latencies.push(performance.now() - sentMs);
    this.#sentMs.delete(reading);
  }
}
