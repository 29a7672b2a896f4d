import { startBroker } from '@meterbridge/testing';
import { serveBus } from './bus.ts';
import { type FleetSize, fleetSizes } from './growth-fleet.ts';
import { type GatewaySize, gatewaySizes, type HttpAnswers } from './growth-gateway.ts';
import { type GrowthLaw, growthLaw, type Point } from './growth-law.ts';
import { type SearchSize, searchSizes } from './growth-search.ts';
import type { Population } from './population.ts';
import { servePorts } from './ports.ts';
import { bundle, imageHeapMB } from './program.ts';
import { QUIET } from './stage.ts';
import { textTable } from './table.ts';

/** Ten times as many P1 ports, each with a telegram every ten seconds, are more than one process can read. */
const P1_METERS = [1, 10, 100, 1_000];
const MBUS_METERS = [1, 10, 100, 1_000, 10_000];
const KPM33B_METERS = [1, 10, 100, 1_000, 10_000, 100_000];
const LINE_METERS = [1, 2, 5, 10, 20, 50, 100, 250];
/** Below, what an app needs anyhow is most of it. */
const MANY = 100;

export interface Growth {
  /** Bound that the image sets. */
  readonly imageHeapMB: number;
  /** dsmr-bridge, a line for each meter. */
  readonly ports: readonly GatewaySize[];
  /** mbus-gateway, lines of 250 meters. */
  readonly buses: readonly GatewaySize[];
  readonly fleets: readonly FleetSize[];
  readonly searches: readonly SearchSize[];
  readonly laws: readonly GrowthLaw[];
}

/** What more meters cost: a bridge, the proxy, and the search of a line. */
export async function growth(): Promise<Growth> {
  for (const app of ['dsmr-bridge', 'mbus-gateway', 'kpm33b-proxy']) await bundle(app);
  const searches = await searchSizes(LINE_METERS);
  const fleets = await fleetSizes(KPM33B_METERS);
  const ports = await ofGateways(P1_METERS, servePorts);
  const buses = await ofGateways(MBUS_METERS, serveBus);
  const laws = [
    ...searchLaws(searches),
    ...fleetLaws(fleets),
    ...gatewayLaws('dsmr-bridge', ports),
    ...gatewayLaws('mbus-gateway', buses),
    ...httpLaws(ports),
  ];
  console.log(
    textTable([
      ['cost', 'exponent', 'grows'],
      ...laws.map(({ what, exponent, words }) => [what, exponent?.toFixed(2) ?? '', words]),
    ]),
  );
  return { imageHeapMB: imageHeapMB(), ports, buses, fleets, searches, laws };
}

async function ofGateways(
  sizes: readonly number[],
  serve: (meters: number) => Promise<Population>,
): Promise<readonly GatewaySize[]> {
  await using broker = await startBroker({ real: true, config: QUIET });
  return await gatewaySizes(sizes, serve, broker);
}

function searchLaws(searches: readonly SearchSize[]): readonly GrowthLaw[] {
  const points = (of: (size: SearchSize) => number): readonly Point[] =>
    searches.map((size) => [size.meters, of(size)]);
  return [
    growthLaw(
      'M-Bus search: masks asked, numbers at random',
      points((size) => size.masksAtRandom.median),
      { from: 10 },
    ),
    growthLaw(
      'M-Bus search: masks asked, numbers in a row',
      points((size) => size.masksInARow.median),
      { from: 10 },
    ),
  ];
}

function fleetLaws(fleets: readonly FleetSize[]): readonly GrowthLaw[] {
  const points = (of: (size: FleetSize) => number): readonly Point[] =>
    fleets.map((size) => [size.meters, of(size)]);
  const memory = points(({ residentMB }) => residentMB);
  const [[, fixed]] = memory as [Point];
  return [
    growthLaw(
      'kpm33b-proxy: CPU of a first message',
      points(({ firstCpuMs }) => firstCpuMs),
      { from: MANY },
    ),
    growthLaw(
      'kpm33b-proxy: CPU of a message',
      points(({ cpuMs }) => cpuMs.median),
    ),
    growthLaw(
      'kpm33b-proxy: latency, median',
      points(({ p50Ms }) => p50Ms.median),
    ),
    growthLaw('kpm33b-proxy: memory above that of one meter', memory, { from: MANY, fixed }),
  ];
}

function gatewayLaws(app: string, gateways: readonly GatewaySize[]): readonly GrowthLaw[] {
  const points = (of: (size: GatewaySize) => number): readonly Point[] =>
    gateways.map((size) => [size.meters, of(size)]);
  const memory = points(({ residentMB }) => residentMB);
  const [[, fixed]] = memory as [Point];
  return [
    growthLaw(
      `${app}: CPU of a first reading`,
      points(({ firstCpuMs }) => firstCpuMs),
      { from: 10 },
    ),
    growthLaw(
      `${app}: CPU of a reading`,
      points(({ cpuMs }) => cpuMs.median),
    ),
    growthLaw(
      `${app}: latency, median`,
      points(({ p50Ms }) => p50Ms.median),
    ),
    growthLaw(
      `${app}: latency, 99 %`,
      points(({ p99Ms }) => p99Ms.median),
    ),
    growthLaw(`${app}: memory above that of one meter`, memory, { from: MANY, fixed }),
    growthLaw(
      `${app}: time until all are announced`,
      points(({ discoveryMs }) => discoveryMs),
      { from: 10 },
    ),
  ];
}

function httpLaws(gateways: readonly GatewaySize[]): readonly GrowthLaw[] {
  const points = (of: (http: HttpAnswers) => number): readonly Point[] =>
    gateways.flatMap(({ meters, http }) => (http ? [[meters, of(http)] as const] : []));
  return [
    growthLaw(
      '/status: time',
      points(({ status }) => status.ms.median),
      { from: 10 },
    ),
    growthLaw(
      '/status: bytes',
      points(({ status }) => status.bytes),
      { from: 10 },
    ),
    growthLaw(
      '/metrics: time',
      points(({ metrics }) => metrics.ms.median),
      { from: 10 },
    ),
    growthLaw(
      '/metrics: bytes',
      points(({ metrics }) => metrics.bytes),
      { from: 10 },
    ),
  ];
}
