import { type LogLine, parseLogLine } from './log-line.ts';
import { Ring } from './ring.ts';

const LINES = 200;

/** The last lines of the log, for the page and the support bundle. */
export class LogTail {
  readonly #lines = new Ring<string>(LINES);
  /** Lines so far. */
  count = 0;

  /** @param json a line as the log writes it */
  add(json: string): void {
    this.count++;
    this.#lines.push(json);
  }

  /** The last lines, oldest first. */
  lines(limit = LINES): readonly LogLine[] {
    return limit <= 0 ? [] : this.#lines.toArray().slice(-limit).map(parseLogLine);
  }
}
