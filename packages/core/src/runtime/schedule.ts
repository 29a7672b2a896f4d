import { Cron } from 'croner';

/** How many runs of a cron expression are looked at to see how far apart they are. */
const RUNS = 50;

/** When a meter is to be read, as in the configuration. */
export interface Timetable {
  /** Milliseconds. */
  readonly interval: number;
  /** Instead of the interval: minute hour day month weekday. */
  readonly cron?: string | undefined;
  /** In which `cron` is meant; default: that of the machine. */
  readonly timezone?: string | undefined;
}

/** Tells when it is time; the first time is at once. */
export interface Schedule {
  /** The longest time between two readings. */
  readonly intervalMs: number;
  /** As `performance.now()`; in the past, as long as what was due is not done. A wall clock that is set may move it. */
  dueMs(): number;
  /** What was due is done. */
  done(): void;
}

export function scheduleOf({ interval, cron, timezone }: Timetable): Schedule {
  return cron === undefined ? every(interval) : at(new Cron(cron, timezone ? { timezone } : {}));
}

/** Keeps its pace: what took long, or was missed, does not move the later ones. */
function every(intervalMs: number): Schedule {
  let dueMs = performance.now();
  return {
    intervalMs,
    dueMs: () => dueMs,
    done: () => {
      const late = Math.max(0, performance.now() - dueMs);
      dueMs += intervalMs * (1 + Math.floor(late / intervalMs));
    },
  };
}

function at(cron: Cron): Schedule {
  const nextMs = (): number => cron.nextRun()?.getTime() ?? Number.POSITIVE_INFINITY;
  let dueMs = Date.now();
  return {
    intervalMs: longestGapMs(cron),
    dueMs: () => {
      const now = Date.now();
      if (now < dueMs) dueMs = Math.min(dueMs, nextMs());
      return performance.now() + dueMs - now;
    },
    done: () => {
      dueMs = nextMs();
    },
  };
}

function longestGapMs(cron: Cron): number {
  const runs = cron.nextRuns(RUNS).map((date) => date.getTime());
  return Math.max(0, ...runs.slice(1).map((run, index) => run - runs[index]!));
}
