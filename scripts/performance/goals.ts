import type { Contest, Results } from './results.ts';
import { markdown, number, percent } from './text.ts';

interface Goal {
  readonly what: string;
  readonly wanted: string;
  /** null: not measured. */
  readonly measured: number | null;
  readonly shown: (value: number) => string;
  readonly isReached: (value: number) => boolean;
}

/** What was aimed at beside what came of it. */
export function goalTable(results: Results): string {
  const rows = goals(results).map(({ what, wanted, measured, shown, isReached }) => [
    what,
    wanted,
    measured === null ? 'not measured' : shown(measured),
    measured === null ? '' : isReached(measured) ? 'yes' : '**no**',
  ]);
  return markdown([['Goal', 'wanted', 'measured', 'reached'], ...rows]);
}

function goals(results: Results): readonly Goal[] {
  return [...codecGoals(results), ...footprintGoals(results), ...fleetGoals(results)];
}

function codecGoals({ dsmr, mbus, kmp, kpm33b }: Results): readonly Goal[] {
  const telegrams = figureOf(dsmr?.figures, /^P1 bytes to readings/, /^whole telegrams/);
  const frames = figureOf(mbus?.figures, /^M-Bus/, /normalised records/);
  const answers = figureOf(kmp?.figures.codec, /^KMP frames/, /register values/);
  const messages = figureOf(kpm33b?.figures, /good meters/, /^checked and converted/);
  return [
    atLeast('DSMR: telegrams per second', 170_000, telegrams?.perSecond.median),
    atLeast('DSMR: times the speed of dsmr-parser', 4, telegrams?.ratio.median),
    atLeast('M-Bus: frames to normalised records per second', 200_000, frames?.perSecond.median),
    atLeast('KMP: frames to register values per second', 300_000, answers?.perSecond.median),
    atLeast('KPM33B: times the speed of JSON.parse alone', 0.5, messages?.ratio.median),
    atMost('KMP poll: times the time of its bytes on the wire', 1.05, kmp?.figures.poll.ratio),
  ];
}

function footprintGoals({ footprint }: Results): readonly Goal[] {
  const apps = footprint?.figures.apps ?? [];
  const most = (values: readonly number[]): number | undefined =>
    values.length > 0 ? Math.max(...values) : undefined;
  return [
    atMost('Start to first reading, ms, slowest app', 400, most(apps.map(({ start }) => start.firstReadingMs.median))),
    atMost('Memory at rest, MB, largest app', 110, most(apps.map(({ idle }) => idle.residentMB))),
    { ...atMost('CPU at rest, busiest app', 0.005, most(apps.map(({ idle }) => idle.cpu.median))), wanted: '≤ 0.5 %', shown: percent },
  ]; // biome-ignore format: a table
}

function fleetGoals({ fleet }: Results): readonly Goal[] {
  const play = (name: RegExp) => fleet?.figures.find((one) => name.test(one.name));
  const ours = fleet?.figures.filter(({ name }) => !name.includes('bare socket'));
  const lost = ours?.reduce((sum, { missing }) => sum + missing, 0);
  return [
    atLeast('KPM33B: messages per second, end to end', 20_000 * 0.99, play(/^20,000/)?.perSecond.median, 20_000),
    atLeast('KPM33B: messages per second, draining a burst', 30_000, play(/^a burst/)?.perSecond.median),
    atLeast('KPM33B: messages per second, 20 ms from the broker', 5_000 * 0.99, play(/20 ms/)?.perSecond.median, 5_000),
    atMost('KPM33B: memory with 100,000 meters, MB', 250, play(/100,000 meters/)?.residentMB),
    atMost('KPM33B: messages lost, all plays', 0, lost),
  ]; // biome-ignore format: a table
}

/** @param told what stands in the table, where a clock that is a little off is not to decide */
function atLeast(what: string, least: number, measured: number | undefined, told = least): Goal {
  const isReached = (value: number): boolean => value >= least;
  return { what, wanted: `≥ ${number(told)}`, measured: measured ?? null, shown: number, isReached };
}

function atMost(what: string, most: number, measured: number | undefined): Goal {
  const isReached = (value: number): boolean => value <= most;
  return { what, wanted: `≤ ${number(most)}`, measured: measured ?? null, shown: number, isReached };
}

/** The first that fits. */
function figureOf(contests: readonly Contest[] | undefined, title: RegExp, name: RegExp) {
  return contests
    ?.filter((contest) => title.test(contest.title))
    .flatMap(({ figures }) => figures)
    .find((figure) => name.test(figure.name));
}
