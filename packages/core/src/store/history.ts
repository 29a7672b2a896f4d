import { type HistoryLimits, MINUTE_MS, Minutes } from './minutes.ts';
import { Recent } from './recent.ts';
import type { HistoryPoint, HistoryQuery } from './summary.ts';

/** Numbers over time, for plots: the last hours by ten seconds, what is older by the minute. */
export class History {
  /** null: none are kept. */
  readonly minutes: Minutes | null;
  readonly #recent = new Recent();

  constructor(limits: HistoryLimits | null) {
    this.minutes = limits && new Minutes(limits);
  }

  /** @param epochMs when it was told, by the clock of this machine */
  append(meter: string, key: string, epochMs: number, value: number): void {
    if (!Number.isFinite(value) || !Number.isFinite(epochMs)) return;
    this.#recent.append(meter, key, epochMs, value);
    this.minutes?.append(meter, key, epochMs, value);
  }

  /** The meter is no more. What is in the file stays for as long as all that is. */
  forget(meter: string): void {
    this.#recent.forget(meter);
  }

  /** Points as fine as there are, ascending; where nothing was measured there is none. */
  query(query: HistoryQuery): readonly HistoryPoint[] {
    const { from, to, maxPoints } = query;
    if (!this.minutes) return this.#recent.query(query);
    const since = this.#recentSince(query, this.minutes);
    if (since <= from) return this.#recent.query(query);
    if (since > to) return this.minutes.query(query);
    const share = Math.round((maxPoints * (since - from)) / (to - from));
    const most = Math.max(1, Math.min(share, maxPoints - 1));
    const older = this.minutes.query({ ...query, to: since - 1, maxPoints: most });
    return [...older, ...this.#recent.query({ ...query, from: since, maxPoints: maxPoints - older.length })];
  }

  /** The first minute that is there as a whole by ten seconds: an earlier run may have begun it. */
  #recentSince({ meter, key }: HistoryQuery, minutes: Minutes): number {
    const begin = this.#recent.begin(meter, key);
    if (begin === null) return Number.POSITIVE_INFINITY;
    const minute = Math.floor(begin / MINUTE_MS);
    const [from, end] = [minute * MINUTE_MS, (minute + 1) * MINUTE_MS];
    const isWhole = this.#recent.count(meter, key, from, end) >= minutes.count(meter, key, minute);
    return isWhole ? from : end;
  }
}
