import type { MqttClient } from '@meterbridge/core/mqtt';
import { type Broker, startBroker } from '@meterbridge/testing';
import { quantile, type Spread, spreadOf } from './measure.ts';
import { connectTo } from './observer.ts';
import { Passage } from './passage.ts';
import { type Program, startProgram } from './program.ts';
import { QUIET } from './stage.ts';
import { until } from './until.ts';

const ROUNDS = 5;
const PER_SECOND = 500;
const SLICE_S = 1;
const GIVE_UP_MS = 120_000;

/** A kpm33b-proxy with so many meters. */
export interface FleetSize {
  readonly meters: number;
  /** Processor time of a meter's first message: it becomes known and is announced. */
  readonly firstCpuMs: number;
  /** Processor time of each further message, at 500 of them a second. */
  readonly cpuMs: Spread;
  /** From the internal broker to a subscriber of the central one. */
  readonly p50Ms: Spread;
  readonly p99Ms: Spread;
  readonly residentMB: number;
}

/** All sizes live at once and take turns. One that does not come up is left out: a machine may be too slow for it. */
export async function fleetSizes(sizes: readonly number[]): Promise<readonly FleetSize[]> {
  await using opened = new AsyncDisposableStack();
  const more = ['log_type subscribe', 'max_queued_messages 200000', 'max_inflight_messages 1000'];
  const internal = opened.use(await startBroker({ real: true, config: [...QUIET, ...more] }));
  const central = opened.use(await startBroker({ real: true, config: [...QUIET, ...more] }));
  const meters = opened.use(await connectTo(internal));
  const proxies: Proxy[] = [];
  for (const size of sizes) {
    const proxy = await started(size, { internal, central }, meters, opened).catch((error) => {
      console.error(`${size} KPM33B meters are too many here:`, error);
    });
    if (proxy) proxies.push(proxy);
  }
  for (let round = 0; round < ROUNDS; round++) for (const proxy of proxies) await measureSlice(proxy);
  return proxies.map(({ size, program, firstCpuMs, slices }) => {
    const spread = (of: (slice: Slice) => number): Spread => spreadOf(slices.map(of));
    return {
      meters: size,
      firstCpuMs,
      cpuMs: spread(({ cpuMs }) => cpuMs),
      p50Ms: spread(({ p50Ms }) => p50Ms),
      p99Ms: spread(({ p99Ms }) => p99Ms),
      residentMB: program.residentMB(),
    };
  });
}

interface Slice {
  readonly cpuMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Proxy {
  readonly size: number;
  readonly program: Program;
  readonly passage: Passage;
  readonly firstCpuMs: number;
  readonly slices: Slice[];
}

async function started(
  size: number,
  { internal, central }: { readonly internal: Broker; readonly central: Broker },
  meters: MqttClient,
  opened: AsyncDisposableStack,
): Promise<Proxy> {
  const name = `fleet${size}`;
  const passage = new Passage(size, `${name}/rt`, meters);
  // One that fails is not to be in the way of the others.
  await using own = new AsyncDisposableStack();
  own.use(await connectTo(central, [`${name}/+/seconds`], (topic) => passage.arrived(topic)));
  const program = own.use(
    await startProgram('kpm33b-proxy', {
      mqtt: { url: central.url, client_id: name },
      internal_broker: { host: internal.host, port: internal.port, client_id: name },
      internal_broker_topics: { meter_seconds_data: `${name}/rt`, meter_minutes_data: `${name}/eny` },
      central_broker_topics: { external_main_topic: name, status_topic: `${name}/status` },
      homeassistant: { discovery_prefix: `${name}/homeassistant` },
      log: { level: 'error' },
      http: { enabled: false },
    }),
  );
  const listens = async (): Promise<boolean> => (await internal.logs()).includes(` 1 ${name}/rt`);
  await until(listens, `${name} listens`, GIVE_UP_MS, program);
  const before = program.cpuMs();
  await passage.send(size, Number.POSITIVE_INFINITY, program);
  const firstCpuMs = (program.cpuMs() - before) / size;
  console.log(`${size} KPM33B meters: ${firstCpuMs.toFixed(3)} ms of a core for the first message of each`);
  opened.use(own.move());
  return { size, program, passage, firstCpuMs, slices: [] };
}

async function measureSlice({ program, passage, slices }: Proxy): Promise<void> {
  const before = program.cpuMs();
  const latencies = await passage.send(PER_SECOND * SLICE_S, PER_SECOND, program);
  slices.push({
    cpuMs: (program.cpuMs() - before) / latencies.length,
    p50Ms: quantile(latencies, 0.5),
    p99Ms: quantile(latencies, 0.99),
  });
}
