import { depthOf, type Meter } from '../model/index.ts';
import { atMost } from '../time/index.ts';
import { type Changes, changesOf } from './changes.ts';
import type { Line } from './line.ts';
import type { Entry } from './source.ts';

/** A source that does not end when told to is left behind after this time. */
const END_TIMEOUT_MS = 5_000;

export interface LinesEvents<E extends Entry> {
  /** Makes the line of an entry. */
  create(entry: E): Line<E>;
  /** No line leads to these meters any more; those behind others come first. */
  onGone(meters: readonly Meter[]): void;
}

interface Running<E extends Entry> {
  readonly line: Line<E>;
  readonly abort: AbortController;
  readonly ended: Promise<void>;
}

/** The lines that run, one per entry of the configuration. */
export class Lines<E extends Entry> {
  readonly #events: LinesEvents<E>;
  #running: ReadonlyMap<string, Running<E>> = new Map();

  constructor(events: LinesEvents<E>) {
    this.#events = events;
  }

  get all(): readonly Line<E>[] {
    return [...this.#running.values()].map(({ line }) => line);
  }

  /** Starts, stops and replaces lines until there is one for each of these entries; the others are not touched. */
  async apply(entries: readonly E[]): Promise<Changes<E>> {
    const changes = changesOf(
      this.all.map(({ entry }) => entry),
      entries,
    );
    const over = [...changes.removed, ...changes.changed];
    await this.#end(
      over.map(({ id }) => id),
      END_TIMEOUT_MS,
    );
    this.#forget(changes.removed);
    const replaced = new Set(changes.changed);
    const next = entries.map((entry) => {
      const known = this.#running.get(entry.id);
      const goesOn = known !== undefined && !replaced.has(entry);
      return [entry.id, goesOn ? known : this.#start(entry, known?.line)] as const;
    });
    this.#running = new Map(next);
    return changes;
  }

  /** Ends all lines. */
  async stop(timeoutMs: number): Promise<void> {
    await this.#end([...this.#running.keys()], timeoutMs);
  }

  #start(entry: E, before: Line<E> | undefined): Running<E> {
    const line = this.#events.create(entry);
    if (before) line.inherit(before);
    const abort = new AbortController();
    return { line, abort, ended: line.run(abort.signal) };
  }

  async #end(ids: readonly string[], timeoutMs: number): Promise<void> {
    const ended = ids.map((id) => {
      const running = this.#running.get(id);
      running?.abort.abort();
      return running?.ended;
    });
    await atMost(Promise.all(ended), timeoutMs);
  }

  /** Whatever only these entries led to is gone; a meter may also have moved to another line. */
  #forget(removed: readonly E[]): void {
    const ids = new Set(removed.map(({ id }) => id));
    const metersOf = (lines: readonly Line<E>[]): readonly Meter[] =>
      lines.flatMap(({ meters }) => meters.flatMap(withParents));
    const stillThere = new Set(metersOf(this.all.filter(({ entry }) => !ids.has(entry.id))).map(nameOf));
    const known = metersOf(this.all.filter(({ entry }) => ids.has(entry.id)));
    const byName = new Map(known.map((meter) => [nameOf(meter), meter]));
    const gone = [...byName].filter(([name]) => !stillThere.has(name)).map(([, meter]) => meter);
    if (gone.length > 0) this.#events.onGone(gone.toSorted((a, b) => depthOf(b) - depthOf(a)));
  }
}

/** The same device under another id is another meter to whoever reads the topics. */
function nameOf({ type, id, uniqueId }: Meter): string {
  return JSON.stringify([type, id, uniqueId]);
}

/** A meter that only passes others on gives no readings of its own. */
function withParents(meter: Meter): readonly Meter[] {
  return meter.via ? [meter, ...withParents(meter.via)] : [meter];
}
