import { Counter, Gauge, Registry } from 'prom-client';

/** What the metrics are read from, each time they are asked for. */
export interface MetricsSource {
  readonly app: string;
  readonly version: string;
  readonly startedMs: number;
  readonly isConnected: boolean;
  readonly messages: {
    readonly delivered: number;
    readonly refused: number;
    readonly dropped: number;
    readonly waiting: number;
  };
  readonly lines: readonly LineMetrics[];
  readonly meters: readonly MeterMetrics[];
}

export interface LineMetrics {
  readonly id: string;
  readonly readings: number;
  readonly reports: ReadonlyMap<string, number>;
  readonly isWell: boolean;
  readonly breaker: BreakerMetrics;
  readonly polled: readonly PolledMetrics[];
}

interface PolledMetrics {
  readonly id: string;
  readonly breaker: BreakerMetrics;
  /** What its last good reading took. */
  readonly readMs: number | null;
}

export interface BreakerMetrics {
  readonly state: keyof typeof BREAKER_STATES;
  /** In a row. */
  readonly failures: number;
}

export interface MeterMetrics {
  readonly id: string;
  readonly isOnline: boolean;
  readonly lastReadingMs: number | null;
  readonly values: readonly { readonly key: string; readonly unit: string; readonly number: number }[];
  /** By key: values of totals that were held back so far. */
  readonly held: ReadonlyMap<string, number>;
}

const BREAKER_STATES = { closed: 0, 'half-open': 1, open: 2 };

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [value: number, labels?: Labels];

/** Prometheus' text format. */
export class Metrics {
  readonly contentType: string;
  readonly #registry = new Registry();
  readonly #look: () => MetricsSource;
  /** Looked at once for all metrics of an answer. */
  #now: MetricsSource;

  constructor(look: () => MetricsSource, options: { readonly values: boolean }) {
    this.#look = look;
    this.#now = look();
    this.contentType = this.#registry.contentType;
    this.#bridge();
    this.#lines();
    this.#meters(options.values);
    this.#process();
  }

  async text(): Promise<string> {
    this.#now = this.#look();
    const text = await this.#registry.metrics();
    // Of thousands of meters it would be tens of megabytes until the next time.
    this.#registry.resetMetrics();
    return text;
  }

  #bridge(): void {
    this.#metric('meterbridge_info', 'Which bridge this is.', ['app', 'version'], ({ app, version }) => [
      [1, { app, version }],
    ]);
    this.#metric('meterbridge_broker_connected', 'Whether the MQTT broker is there.', [], (now) => [
      [Number(now.isConnected)],
    ]);
    this.#metric('meterbridge_outbox_messages', 'Messages that wait for the broker.', [], ({ messages }) => [
      [messages.waiting],
    ]);
    this.#metric('meterbridge_messages_delivered_total', 'Messages that the broker confirmed.', [], (now) => [
      [now.messages.delivered],
    ]);
    this.#metric('meterbridge_messages_refused_total', 'Messages that the broker refused.', [], (now) => [
      [now.messages.refused],
    ]);
    this.#metric(
      'meterbridge_messages_dropped_total',
      'Messages lost to the bound of the outbox.',
      [],
      (now) => [[now.messages.dropped]],
    );
  }

  #lines(): void {
    this.#metric('meterbridge_readings_total', 'Readings taken.', ['line'], ({ lines }) =>
      lines.map(({ id, readings }) => [readings, { line: id }]),
    );
    this.#metric(
      'meterbridge_reports_total',
      'Bad frames and the like, by code.',
      ['line', 'code'],
      ({ lines }) =>
        lines.flatMap(({ id, reports }) =>
          Array.from(reports, ([code, count]) => [count, { line: id, code }] as const),
        ),
    );
    this.#metric('meterbridge_line_up', 'Whether the line can be read.', ['line'], ({ lines }) =>
      lines.map(({ id, isWell }) => [Number(isWell), { line: id }]),
    );
    this.#metric(
      'meterbridge_breaker_state',
      'Whether the line, or a meter that is asked on it, is left alone: 0 closed, 1 half-open, 2 open.',
      ['line', 'meter'],
      ({ lines }) => lines.flatMap((line) => breakersOf(line, ({ state }) => BREAKER_STATES[state])),
    );
    this.#metric(
      'meterbridge_failures_in_a_row',
      'Failed readings since the last good one.',
      ['line', 'meter'],
      ({ lines }) => lines.flatMap((line) => breakersOf(line, ({ failures }) => failures)),
    );
    this.#metric(
      'meterbridge_read_seconds',
      'What the last good reading of a meter took that is asked for it.',
      ['line', 'meter'],
      ({ lines }) =>
        lines.flatMap(({ id, polled }) =>
          polled.flatMap(({ id: meter, readMs }) =>
            readMs === null ? [] : [[readMs / 1000, { line: id, meter }] as const],
          ),
        ),
    );
  }

  #meters(values: boolean): void {
    this.#metric('meterbridge_meter_online', 'Whether the meter is available.', ['meter'], ({ meters }) =>
      meters.map(({ id, isOnline }) => [Number(isOnline), { meter: id }]),
    );
    this.#metric(
      'meterbridge_meter_last_reading_timestamp_seconds',
      'When the meter was last heard of.',
      ['meter'],
      ({ meters }) =>
        meters.flatMap(({ id, lastReadingMs }) =>
          lastReadingMs === null ? [] : [[lastReadingMs / 1000, { meter: id }] as const],
        ),
    );
    this.#metric(
      'meterbridge_held_values_total',
      'Values of totals that were held back, as they could not be true.',
      ['meter', 'parameter'],
      ({ meters }) =>
        meters.flatMap(({ id, held }) =>
          Array.from(held, ([key, count]) => [count, { meter: id, parameter: key }] as const),
        ),
    );
    if (!values) return;
    this.#metric('meterbridge_value', 'What the meter tells.', ['meter', 'parameter', 'unit'], ({ meters }) =>
      meters.flatMap((meter) =>
        meter.values.map(
          ({ key, unit, number }) => [number, { meter: meter.id, parameter: key, unit }] as const,
        ),
      ),
    );
  }

  /** Under the names that dashboards know. prom-client's own set keeps a 10 ms timer and a GC observer running. */
  #process(): void {
    this.#metric('process_cpu_seconds_total', 'CPU time used.', [], () => {
      const { user, system } = process.cpuUsage();
      return [[(user + system) / 1e6]];
    });
    this.#metric('process_resident_memory_bytes', 'Resident memory.', [], () => [
      [process.memoryUsage.rss()],
    ]);
    this.#metric('process_start_time_seconds', 'When the bridge started.', [], ({ startedMs }) => [
      [startedMs / 1000],
    ]);
    this.#metric('nodejs_heap_size_used_bytes', 'Heap in use.', [], () => [[process.memoryUsage().heapUsed]]);
    this.#metric(
      'nodejs_eventloop_utilization_ratio',
      'Share of the time in which the event loop was busy.',
      [],
      () => [[performance.eventLoopUtilization().utilization]],
    );
  }

  /** Counters, and nothing else, have names that end in `_total` (Prometheus: metric and label naming). */
  #metric(
    name: string,
    help: string,
    labelNames: string[],
    samples: (now: MetricsSource) => readonly Sample[],
  ): void {
    const collect = (): void => {
      metric.reset();
      for (const [value, labels = {}] of samples(this.#now)) {
        if (metric instanceof Gauge) metric.set(labels, value);
        else metric.inc(labels, value);
      }
    };
    const Kind = name.endsWith('_total') ? Counter : Gauge;
    const metric = new Kind({ name, help, labelNames, registers: [this.#registry], collect });
  }
}

/** That of the line itself has no meter. */
function breakersOf(
  { id, breaker, polled }: LineMetrics,
  value: (breaker: BreakerMetrics) => number,
): readonly Sample[] {
  const ofMeters = polled.map((one) => [value(one.breaker), { line: id, meter: one.id }] as const);
  return [[value(breaker), { line: id, meter: '' }], ...ofMeters];
}
