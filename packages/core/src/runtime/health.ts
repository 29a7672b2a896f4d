import type { BridgeError } from '../errors/index.ts';
import type { Problem } from '../page/index.ts';
import type { Store } from '../store/index.ts';
import type { Breaker } from './breaker.ts';
import type { ShownMeter } from './meters.ts';
import type { Poll } from './poll.ts';
import { stallOf } from './stall.ts';

/** What of a bridge its health depends on. */
export interface Observed {
  readonly lines: readonly ObservedLine[];
  readonly meters: readonly ShownMeter[];
  readonly broker: string;
  readonly mqtt: { readonly connected: boolean };
  readonly mqttProblem: BridgeError | null;
  readonly store: Pick<Store, 'problem' | 'stats'>;
  /** Why an old file of the store was moved aside, or null. */
  readonly storeMovedAside: BridgeError | null;
  readonly configProblems: readonly BridgeError[];
  /** Nothing is published. */
  readonly dryRun: boolean;
  /** What else should be looked at. */
  readonly warnings: readonly BridgeError[];
}

export interface ObservedLine {
  readonly entry: { readonly id: string };
  readonly readings: number;
  readonly reports: ReadonlyMap<string, number>;
  readonly progressMs: number;
  /** Nothing is wrong if nothing was read yet. */
  readonly mayBeQuiet?: boolean;
  readonly breaker: Breaker;
  readonly polls: readonly Poll[];
}

const DRY_RUN: Problem = {
  what: 'dry run: nothing is published',
  hint: 'What would be sent is in the log. Remove dry_run or --dry-run to publish.',
};

/** What is wrong, in words; empty when all is well. */
export function problemsOf(bridge: Observed): readonly Problem[] {
  const problems: Problem[] = [];
  const { broker, mqtt, mqttProblem } = bridge;
  for (const problem of bridge.configProblems) problems.push(problemOf(problem, 'configuration'));
  if (!mqtt.connected)
    problems.push(mqttProblem ? problemOf(mqttProblem, broker) : { what: `${broker}: connecting` });
  for (const line of bridge.lines) problems.push(...problemsOfLine(line));
  const failing = new Set(bridge.lines.flatMap(({ entry, breaker }) => (breaker.problem ? [entry.id] : [])));
  const told = new Set(bridge.lines.flatMap(({ polls }) => polls.flatMap(metersThatFail)));
  for (const shown of bridge.meters) {
    const { id, uniqueId } = shown.meter;
    // Where the whole line fails, that is told already.
    if (shown.online || told.has(uniqueId) || failing.has(lineOf(shown, bridge.lines)?.entry.id ?? ''))
      continue;
    problems.push({
      what: `${id}: offline`,
      hint: 'Its line works, but nothing of this meter arrives.',
    });
  }
  return problems;
}

/** Where the whole line fails, that of its meters is not told, too. */
function problemsOfLine(line: ObservedLine): readonly Problem[] {
  const { entry, breaker, polls, readings, mayBeQuiet } = line;
  const stall = stallOf(line);
  if (stall) return [problemOf(stall)];
  if (breaker.problem) return [problemOf(breaker.problem, entry.id)];
  const failing = polls.flatMap((poll) =>
    poll.breaker.problem ? [problemOf(poll.breaker.problem, poll.entry.id)] : [],
  );
  return failing.length > 0 || readings > 0 || mayBeQuiet
    ? failing
    : [{ what: `${entry.id}: no reading yet` }];
}

/** The line that it is read on; before its first reading, as far as the configuration tells it. */
export function lineOf<Line extends ObservedLine>(
  { meter, known }: Pick<ShownMeter, 'meter' | 'known'>,
  lines: readonly Line[],
): Line | undefined {
  if (known) return lines.find(({ entry }) => entry.id === known.line);
  const own = lines.find(
    ({ entry, polls }) => entry.id === meter.id || polls.some((poll) => poll.entry.id === meter.id),
  );
  return own ?? (meter.via ? lineOf({ meter: meter.via, known: null }, lines) : undefined);
}

function metersThatFail({ breaker, meters }: Poll): readonly string[] {
  return breaker.problem ? [...meters.keys()] : [];
}

/** @param where what it is about; put in front */
export function problemOf({ code, message, hint }: BridgeError, where?: string): Problem {
  return { what: where === undefined ? message : `${where}: ${message}`, code, hint };
}

/** What is not as it should be, though readings reach the broker. */
export function warningsOf({
  dryRun,
  store,
  storeMovedAside,
  warnings,
}: Pick<Observed, 'dryRun' | 'store' | 'storeMovedAside' | 'warnings'>): readonly Problem[] {
  const ofStore = [store.problem, storeMovedAside].flatMap((error) =>
    error ? [problemOf(error, 'store')] : [],
  );
  return [...(dryRun ? [DRY_RUN] : []), ...ofStore, ...warnings.map((error) => problemOf(error))];
}

/** How it is doing, in a few words. */
export function summaryOf(bridge: Observed): string {
  const [problem] = problemsOf(bridge);
  if (problem) return problem.what;
  const { lines, meters, dryRun } = bridge;
  const online = meters.filter((meter) => meter.online).length;
  const readings = lines.reduce((sum, line) => sum + line.readings, 0);
  // Some apps pass on what meters say, and know none of them.
  const isWithoutMeters = lines.some(({ mayBeQuiet }) => mayBeQuiet);
  const how = isWithoutMeters ? passedOn(readings) : `${online} of ${meters.length} meters online`;
  return `${how}${dryRun ? '; dry run' : ''}`;
}

function passedOn(readings: number): string {
  return readings > 0 ? `${readings} readings` : 'connected';
}
