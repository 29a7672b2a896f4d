import { toBridgeError } from '../errors/index.ts';
import type { Logger } from '../observe/index.ts';
import { type ProgressingLine, stallOf } from './stall.ts';
import type { Systemd } from './systemd.ts';

/** How often systemd gets a new status where it wants no sign of life. */
const STATUS_EVERY_MS = 30_000;
const MAX_STATUS = 200;

/** What of a bridge the watchdog looks at. */
interface Watched {
  readonly lines: readonly ProgressingLine[];
  /** How it is doing, in a few words. */
  readonly summary: string;
}

/**
 * Tells systemd how the bridge is doing. Signs of life come from a timer, so a blocked event loop sends none; and only
 * while every line makes progress.
 */
export class Watchdog {
  readonly #systemd: Systemd;
  readonly #bridge: Watched;
  readonly #log: Logger;
  readonly #stalledAfterMs: number | undefined;
  #stalled: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #status = '';
  /** One child at a time. */
  #isTelling = false;
  #hasFailed = false;

  constructor(systemd: Systemd, bridge: Watched, log: Logger, stalledAfterMs?: number) {
    this.#systemd = systemd;
    this.#bridge = bridge;
    this.#log = log;
    this.#stalledAfterMs = stalledAfterMs;
  }

  /** The bridge has started. */
  async started(): Promise<void> {
    const { watchdogMs } = this.#systemd;
    // Half of the time, as sd_watchdog_enabled(3) recommends.
    const everyMs = watchdogMs === null ? STATUS_EVERY_MS : watchdogMs / 2;
    this.#timer = setInterval(() => void this.#beat(), everyMs).unref();
    await this.#tell(['READY=1', ...this.#news()]);
  }

  /** The bridge is about to stop. */
  async stopping(): Promise<void> {
    clearInterval(this.#timer);
    await this.#tell(['STOPPING=1', 'STATUS=stopping']);
  }

  async #beat(): Promise<void> {
    if (this.#isTelling) return;
    const isWell = this.#look();
    const { watchdogMs } = this.#systemd;
    const life = watchdogMs !== null && isWell ? ['WATCHDOG=1'] : [];
    await this.#tell([...life, ...this.#news()]);
  }

  /** @returns whether every line makes progress */
  #look(): boolean {
    const stalls = this.#bridge.lines.flatMap((line) => {
      const error = stallOf(line, this.#stalledAfterMs);
      return error ? [[line.entry.id, error] as const] : [];
    });
    for (const [id, error] of stalls) if (!this.#stalled.has(id)) this.#log.error({ err: error });
    this.#stalled = new Set(stalls.map(([id]) => id));
    return stalls.length === 0;
  }

  /** The status, if it is another than last time. */
  #news(): readonly string[] {
    const [stalled] = this.#stalled;
    const text = stalled === undefined ? this.#bridge.summary : `${stalled} makes no progress`;
    const status = oneLine(text).slice(0, MAX_STATUS);
    if (status === this.#status) return [];
    this.#status = status;
    return [`STATUS=${status}`];
  }

  async #tell(assignments: readonly string[]): Promise<void> {
    if (assignments.length === 0) return;
    this.#isTelling = true;
    try {
      await this.#systemd.tell(assignments);
      this.#hasFailed = false;
    } catch (thrown) {
      if (!this.#hasFailed) this.#log.warn({ err: toBridgeError(thrown) });
      this.#hasFailed = true;
    }
    this.#isTelling = false;
  }
}

/** A line break would begin another assignment. */
function oneLine(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there
  return text.replace(/[\u0000-\u001f\u007f]+/g, ' ');
}
