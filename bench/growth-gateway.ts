import type { Broker } from '@meterbridge/testing';
import { type Gateway, startGateway } from './gateway.ts';
import { quantile, type Spread, spreadOf } from './measure.ts';
import type { Population } from './population.ts';

/** With more meters than this, what the image gives Node.js does not suffice, and nobody looks at a page with them. */
const MANY = 1_000;
const HEAP_OF_MANY_MB = 1_024;
const ROUNDS = 5;
const PER_SECOND = 50;
const SLICE_S = 2;
/** What is written of all of them each minute is to be in it. */
const SLICE_OF_MANY_S = 15;

/** A bridge with so many meters. */
export interface GatewaySize {
  readonly meters: number;
  /** Bound of the heap; null: that of the image. */
  readonly heapMB: number | null;
  /** Processor time of a meter's first reading: it becomes known and is announced. */
  readonly firstCpuMs: number;
  readonly discoveryMs: number;
  /** Processor time of each further reading, at 50 of them a second. */
  readonly cpuMs: Spread;
  /** From the first byte on the line to the confirmation of the broker. */
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly residentMB: number;
  /** Of JavaScript, garbage included. */
  readonly heapUsedMB: number;
  /** null: not asked of so many meters. */
  readonly http: HttpAnswers | null;
}

/** What is answered over HTTP. */
export interface HttpAnswers {
  readonly page: Answer;
  readonly status: Answer;
  readonly metrics: Answer;
}

interface Answer {
  readonly ms: Spread;
  readonly bytes: number;
}

/**
 * One size after the other: a P1 port that is silent for half a minute counts as broken, so that none can wait for its
 * turn. One that does not come up is left out: a machine may be too small for it.
 */
export async function gatewaySizes(
  sizes: readonly number[],
  serve: (meters: number) => Promise<Population>,
  broker: Broker,
): Promise<readonly GatewaySize[]> {
  const figures: GatewaySize[] = [];
  for (const meters of sizes) {
    const size = await measureSize(meters, serve, broker).catch((error) => {
      console.error(`${meters} meters are too many here:`, error);
    });
    if (size) figures.push(size);
  }
  return figures;
}

async function measureSize(
  meters: number,
  serve: (meters: number) => Promise<Population>,
  broker: Broker,
): Promise<GatewaySize> {
  await using opened = new AsyncDisposableStack();
  const one = await started(await serve(meters), broker, opened);
  for (let round = 0; round < ROUNDS; round++) await measureSlice(one);
  return await figuresOf(one);
}

interface Started {
  readonly meters: number;
  readonly heapMB: number | null;
  readonly gateway: Gateway;
  readonly firstCpuMs: number;
  readonly slices: { readonly cpuMs: number; readonly p50Ms: number; readonly p99Ms: number }[];
}

async function started(
  population: Population,
  broker: Broker,
  opened: AsyncDisposableStack,
): Promise<Started> {
  const meters = population.entries.length;
  const heapMB = meters > MANY ? HEAP_OF_MANY_MB : null;
  const gateway = opened.use(await startGateway(population, broker, heapMB));
  console.log(
    `${population.app}, ${meters} meters: announced after ${gateway.discoveryMs.toFixed(0)} ms, ${(gateway.firstCpuMs / meters).toFixed(2)} ms of a core each`,
  );
  return { meters, heapMB, gateway, firstCpuMs: gateway.firstCpuMs / meters, slices: [] };
}

async function measureSlice({ meters, gateway, slices }: Started): Promise<void> {
  const before = gateway.program.cpuMs();
  const latencies = await gateway.send(PER_SECOND, meters > MANY ? SLICE_OF_MANY_S : SLICE_S);
  slices.push({
    cpuMs: (gateway.program.cpuMs() - before) / latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  });
}

async function figuresOf({ meters, heapMB, gateway, firstCpuMs, slices }: Started): Promise<GatewaySize> {
  const residentMB = gateway.program.residentMB();
  const spread = (of: (slice: Started['slices'][number]) => number): Spread => spreadOf(slices.map(of));
  return {
    meters,
    heapMB,
    firstCpuMs,
    discoveryMs: gateway.discoveryMs,
    cpuMs: spread(({ cpuMs }) => cpuMs),
    p50Ms: spread(({ p50Ms }) => p50Ms),
    p99Ms: spread(({ p99Ms }) => p99Ms),
    residentMB,
    heapUsedMB: await heapUsedMB(gateway.url),
    http: meters > MANY ? null : await answers(gateway.url),
  };
}

async function answers(url: string): Promise<HttpAnswers> {
  return {
    page: await answer(`${url}/`),
    status: await answer(`${url}/status`),
    metrics: await answer(`${url}/metrics`),
  };
}

async function heapUsedMB(url: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  return Number(/^nodejs_heap_size_used_bytes (\S+)$/m.exec(text)?.[1]) / 1e6;
}

async function answer(url: string): Promise<Answer> {
  const times: number[] = [];
  let bytes = 0;
  while (times.length < ROUNDS) {
    const beganMs = performance.now();
    const response = await fetch(url);
    bytes = (await response.arrayBuffer()).byteLength;
    times.push(performance.now() - beganMs);
    if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  }
  return { ms: spreadOf(times), bytes };
}
