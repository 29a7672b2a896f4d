import { Decimal } from '../codec/index.ts';
import { formatInstant, identityOf, valueToPlain, valueToText } from '../model/index.ts';
import type { LogTail, MetricsSource } from '../observe/index.ts';
import type { BreakerStatus, BridgeStatus, LineStatus, MeterStatus, ValueStatus } from '../page/index.ts';
import type { Breaker } from './breaker.ts';
import type { Delivery } from './delivery.ts';
import { lineOf, type Observed, type ObservedLine, problemOf, problemsOf, warningsOf } from './health.ts';
import { type KnownMeter, type KnownValue, numbersOf } from './last-readings.ts';
import type { ShownMeter } from './meters.ts';
import { VERSION } from './version.ts';

/** What is shown of a bridge. */
export interface Shown extends Observed {
  readonly app: string;
  readonly insecure: boolean;
  readonly startedMs: number;
  readonly delivery: Pick<Delivery, 'delivered' | 'refused'>;
  readonly outbox: { readonly size: number; readonly dropped: number };
  readonly tail: LogTail;
}

/** What changes without a reading. */
export function stateOf(
  bridge: Shown,
): Omit<BridgeStatus, 'app' | 'version' | 'started' | 'lines' | 'meters' | 'log'> {
  const problems = problemsOf(bridge);
  const { broker, dryRun, mqtt, insecure } = bridge;
  return {
    uptime_s: Math.round(process.uptime()),
    healthy: problems.length === 0,
    problems,
    warnings: warningsOf(bridge),
    broker: { url: broker, connected: mqtt.connected && !dryRun, insecure },
    messages: messagesOf(bridge),
    store: bridge.store.stats(),
  };
}

export function statusOf(bridge: Shown): BridgeStatus {
  const { app, meters, startedMs, tail } = bridge;
  const polls = bridge.lines.flatMap((line) => line.polls);
  const polled = new Map(
    polls.flatMap(({ entry, meters }) =>
      Array.from(meters.keys(), (uniqueId) => [uniqueId, entry.id] as const),
    ),
  );
  return {
    app,
    version: VERSION,
    started: new Date(startedMs).toISOString(),
    ...stateOf(bridge),
    lines: bridge.lines.map(lineStatus),
    meters: meters.map((shown) => {
      const { meter } = shown;
      const line = lineOf(shown, bridge.lines);
      const asked = line?.polls.find(({ entry }) => entry.id === meter.id)?.entry.id;
      return meterStatus(shown, line?.entry.id ?? null, polled.get(meter.uniqueId) ?? asked ?? null);
    }),
    log: tail.lines(),
  };
}

export function lineStatus(line: ObservedLine): LineStatus {
  const { entry, readings, reports, breaker, polls, mayBeQuiet } = line;
  return {
    id: entry.id,
    readings,
    may_be_quiet: mayBeQuiet === true,
    reports: Object.fromEntries(reports),
    ...breakerStatus(breaker),
    polled: polls.map((poll) => ({ id: poll.entry.id, ...breakerStatus(poll.breaker) })),
  };
}

function breakerStatus({ state, failures, problem, retryInMs }: Breaker): BreakerStatus {
  return {
    state,
    failures,
    problem: problem && problemOf(problem),
    // To the second: it is not to change while it waits.
    retry_at:
      retryInMs === null ? null : new Date(Math.round((Date.now() + retryInMs) / 1000) * 1000).toISOString(),
  };
}

export function metricsOf(bridge: Shown): MetricsSource {
  const { app, dryRun, meters, mqtt, startedMs } = bridge;
  return {
    app,
    version: VERSION,
    startedMs,
    isConnected: mqtt.connected && !dryRun,
    messages: messagesOf(bridge),
    lines: bridge.lines.map(({ entry, readings, reports, breaker, polls, mayBeQuiet }) => ({
      id: entry.id,
      readings,
      reports,
      isWell: (readings > 0 || mayBeQuiet === true) && breaker.problem === null,
      breaker,
      polled: polls.map((poll) => ({ id: poll.entry.id, breaker: poll.breaker, readMs: poll.readMs })),
    })),
    meters: meters.map(({ meter, online, lastMs, known, held }) => ({
      id: meter.id,
      isOnline: online,
      lastReadingMs: lastMs === null ? null : Date.now() - (performance.now() - lastMs),
      values: online ? gaugesOf(known) : [],
      held,
    })),
  };
}

/** Values of a meter that is gone are not shown: they would look like live ones. */
function gaugesOf(known: KnownMeter | null): MetricsSource['meters'][number]['values'] {
  if (!known) return [];
  return Array.from(numbersOf(known), ({ measurement: { key, unit }, number }) => ({
    key,
    unit: unit ?? '',
    number,
  }));
}

export function messagesOf({ delivery, dryRun, outbox }: Shown) {
  const { delivered, refused } = delivery;
  return { delivered: dryRun ? 0 : delivered, waiting: outbox.size, dropped: outbox.dropped, refused };
}

function meterStatus(
  { meter, online, lastMs, known, held }: ShownMeter,
  line: string | null,
  polled: string | null,
): MeterStatus {
  return {
    ...identityOf(meter),
    via: meter.via?.id ?? null,
    firmware: meter.firmware,
    line,
    polled,
    online,
    age_s: lastMs === null ? null : Math.round((performance.now() - lastMs) / 1000),
    interval_s: meter.intervalMs === null ? null : meter.intervalMs / 1000,
    time: known && formatInstant(known.time),
    values: Array.from(known?.values.values() ?? [], valueStatus),
    held: Object.fromEntries(held),
  };
}

function valueStatus({ measurement, value }: KnownValue): ValueStatus {
  const { key, name, unit, deviceClass, stateClass, diagnostic, unannounced } = measurement;
  return {
    key,
    name,
    unit,
    value: valueToPlain(value),
    text: value === null ? null : valueToText(value),
    numeric: value instanceof Decimal || (value === null && stateClass !== undefined),
    ...(deviceClass !== undefined && { device_class: deviceClass }),
    ...(diagnostic && { diagnostic }),
    ...(unannounced && { secondary: true }),
  };
}
