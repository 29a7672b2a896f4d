import type { Broker } from '@meterbridge/testing';
import { type Gateway, startGateway } from './gateway.ts';
import { quantile, type Spread, spreadOf } from './measure.ts';
import { servePorts } from './ports.ts';
import { bundle } from './program.ts';
import { textTable } from './table.ts';

const METERS = [1, 10, 100];
const ROUNDS = 5;
const SLICE_S = 4;
/** One meter alone sends more often than each second, so that there is something to count. */
const LEAST_PER_SECOND = 10;

/** From the first byte of a telegram on the line to the confirmation of its reading by the broker. */
export interface Latency {
  readonly meters: number;
  /** Telegrams of all meters together. */
  readonly perSecond: number;
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
}

/** A dsmr-bridge as its image holds it, outbox and history in its file, every value on a topic of its own. */
export async function latency(broker: Broker): Promise<readonly Latency[]> {
  await bundle('dsmr-bridge');
  await using opened = new AsyncDisposableStack();
  const gateways: {
    readonly meters: number;
    readonly gateway: Gateway;
    readonly slices: [number, number][];
  }[] = [];
  for (const meters of METERS)
    gateways.push({
      meters,
      gateway: opened.use(await startGateway(await servePorts(meters), broker)),
      slices: [],
    });
  for (let round = 0; round < ROUNDS; round++) {
    for (const { meters, gateway, slices } of gateways) {
      const times = await gateway.send(Math.max(LEAST_PER_SECOND, meters), SLICE_S);
      slices.push([quantile(times, 0.5), quantile(times, 0.99)]);
    }
  }
  const figures = gateways.map(({ meters, slices }) => ({
    meters,
    perSecond: Math.max(LEAST_PER_SECOND, meters),
    p50Ms: spreadOf(slices.map(([p50]) => p50)),
    p99Ms: spreadOf(slices.map(([, p99]) => p99)),
  }));
  console.log(
    textTable([
      ['Bytes on the line to PUBACK', 'telegrams/s', 'median', '99 %'],
      ...figures.map(({ meters, perSecond, p50Ms, p99Ms }) => [
        `${meters} meters`,
        String(perSecond),
        `${p50Ms.median.toFixed(1)} ms`,
        `${p99Ms.median.toFixed(1)} ms`,
      ]),
    ]),
  );
  return figures;
}
