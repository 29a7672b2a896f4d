import type { BridgeError } from '../errors/index.ts';
import type { Availability } from './availability.ts';
import type { Delivery } from './delivery.ts';
import { VERSION } from './version.ts';

/** What of a bridge its health depends on. */
interface Observed {
  readonly lines: readonly ObservedLine[];
  readonly availability: Pick<Availability, 'states'>;
  readonly delivery: Pick<Delivery, 'delivered' | 'refused'>;
  readonly outbox: { readonly size: number; readonly dropped: number };
  readonly broker: string;
  readonly mqtt: { readonly connected: boolean };
  readonly mqttProblem: BridgeError | null;
  readonly configProblems: readonly BridgeError[];
}

interface ObservedLine {
  readonly entry: { readonly id: string };
  readonly readings: number;
  readonly reports: ReadonlyMap<string, number>;
  readonly problem: BridgeError | null;
}

interface Problem {
  readonly what: string;
  readonly code?: string;
  readonly hint?: string;
}

export interface BridgeStatus {
  readonly version: string;
  readonly broker: { readonly url: string; readonly connected: boolean };
  readonly messages: {
    readonly delivered: number;
    readonly waiting: number;
    readonly dropped: number;
    readonly refused: number;
  };
  readonly lines: readonly object[];
  readonly meters: readonly object[];
  readonly problems: readonly Problem[];
}

/** What is wrong, in words; empty when all is well. */
export function problemsOf(bridge: Observed): readonly Problem[] {
  const problems: Problem[] = [];
  const { broker, mqtt, mqttProblem } = bridge;
  for (const problem of bridge.configProblems) problems.push(told('configuration', problem));
  if (!mqtt.connected)
    problems.push(mqttProblem ? told(broker, mqttProblem) : { what: `${broker}: connecting` });
  for (const { entry, problem, readings } of bridge.lines) {
    if (problem) problems.push(told(entry.id, problem));
    else if (readings === 0) problems.push({ what: `${entry.id}: no reading yet` });
  }
  for (const { meter, online } of bridge.availability.states()) {
    if (!online) problems.push({ what: `${meter.id}: offline` });
  }
  return problems;
}

export function statusOf(bridge: Observed): BridgeStatus {
  const { broker, mqtt, outbox, delivery } = bridge;
  return {
    version: VERSION,
    broker: { url: broker, connected: mqtt.connected },
    messages: {
      delivered: delivery.delivered,
      waiting: outbox.size,
      dropped: outbox.dropped,
      refused: delivery.refused,
    },
    lines: bridge.lines.map(({ entry, readings, reports }) => ({
      id: entry.id,
      readings,
      reports: Object.fromEntries(reports),
    })),
    meters: bridge.availability.states().map(({ meter, online, lastMs }) => ({
      id: meter.id,
      name: meter.name,
      online,
      seconds_since_reading: Math.round((performance.now() - lastMs) / 1000),
    })),
    problems: problemsOf(bridge),
  };
}

function told(name: string, { code, message, hint }: BridgeError): Problem {
  return { what: `${name}: ${message}`, code, hint };
}
