import { Cron } from 'croner';

/** How many runs of a cron expression are looked at to see how far apart they are. */
const RUNS = 50;
/** A wall clock that is set while a meter waits is noticed within this time. */
const LOOK_EVERY_MS = 30_000;

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
  /** Milliseconds until it is worth to ask again; 0: it is time. */
  remainingMs(): number;
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
    remainingMs: () => Math.max(0, dueMs - performance.now()),
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
    remainingMs: () => {
      const now = Date.now();
      if (now < dueMs) dueMs = Math.min(dueMs, nextMs());
      return Math.min(LOOK_EVERY_MS, Math.max(0, dueMs - now));
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
