import type { BridgeError } from '../errors/index.ts';
import type { Problem } from '../page/index.ts';
import type { Store } from '../store/index.ts';
import type { Availability } from './availability.ts';
import type { Latest } from './latest.ts';

/** What of a bridge its health depends on. */
export interface Observed {
  readonly lines: readonly ObservedLine[];
  readonly availability: Pick<Availability, 'states'>;
  readonly latest: Pick<Latest, 'of'>;
  readonly broker: string;
  readonly mqtt: { readonly connected: boolean };
  readonly mqttProblem: BridgeError | null;
  readonly store: Pick<Store, 'problem' | 'stats'>;
  readonly configProblems: readonly BridgeError[];
}

export interface ObservedLine {
  readonly entry: { readonly id: string };
  readonly readings: number;
  readonly reports: ReadonlyMap<string, number>;
  readonly problem: BridgeError | null;
}

/** What is wrong, in words; empty when all is well. */
export function problemsOf(bridge: Observed): readonly Problem[] {
  const problems: Problem[] = [];
  const { broker, mqtt, mqttProblem } = bridge;
  for (const problem of bridge.configProblems) problems.push(problemOf(problem, 'configuration'));
  if (!mqtt.connected)
    problems.push(mqttProblem ? problemOf(mqttProblem, broker) : { what: `${broker}: connecting` });
  for (const { entry, problem, readings } of bridge.lines) {
    if (problem) problems.push(problemOf(problem, entry.id));
    else if (readings === 0) problems.push({ what: `${entry.id}: no reading yet` });
  }
  const failing = new Set(bridge.lines.flatMap(({ entry, problem }) => (problem ? [entry.id] : [])));
  for (const { meter, online } of bridge.availability.states()) {
    // Where the whole line fails, that is told already.
    if (online || failing.has(bridge.latest.of(meter)?.line ?? '')) continue;
    problems.push({
      what: `${meter.id}: offline`,
      hint: 'Its line works, but nothing of this meter arrives.',
    });
  }
  return problems;
}

/** @param where what it is about; put in front */
export function problemOf({ code, message, hint }: BridgeError, where?: string): Problem {
  return { what: where === undefined ? message : `${where}: ${message}`, code, hint };
}

/** What is not as it should be, though readings reach the broker. */
export function warningsOf({ store }: Pick<Observed, 'store'>): readonly Problem[] {
  return store.problem ? [problemOf(store.problem, 'store')] : [];
}
