import { createStream, type RotatingFileStream } from 'rotating-file-stream';
import { BridgeError } from '../errors/index.ts';

const RETRY_MS = 60_000;
const INTERVALS = { hourly: '1h', daily: '1d', never: null } as const;

export interface LogFileSettings {
  readonly path: string;
  /** A new file is begun at this size, and at this time even if it is smaller. */
  readonly maxBytes: number;
  readonly rotate: 'hourly' | 'daily' | 'never';
  /** Old ones that are kept: `path.1`, the last one, to `path.<maxFiles>`. */
  readonly maxFiles: number;
}

/** A file that gets the lines of a log as long as it can be written, and again when it can. */
export class LogFile {
  readonly #settings: LogFileSettings;
  readonly #onProblem: (error: BridgeError) => void;
  #stream: RotatingFileStream | null = null;
  #retryMs = Number.NEGATIVE_INFINITY;
  #isFailing = false;

  /** @param onProblem is told once, until the file could be written again */
  constructor(settings: LogFileSettings, onProblem: (error: BridgeError) => void) {
    this.#settings = settings;
    this.#onProblem = onProblem;
  }

  write(line: string): void {
    if (!this.#stream && performance.now() >= this.#retryMs) this.#stream = this.#open();
    this.#stream?.write(line, (error) => {
      if (!error) this.#isFailing = false;
    });
  }

  /** Nothing is written any more. */
  close(): void {
    this.#retryMs = Number.POSITIVE_INFINITY;
    this.#stream?.end();
    this.#stream = null;
  }

  #open(): RotatingFileStream {
    const { path, maxBytes, maxFiles, rotate } = this.#settings;
    const name = (index: number | Date | null): string =>
      index === null ? path : `${path}.${Number(index)}`;
    const interval = INTERVALS[rotate];
    const stream = createStream(name, {
      size: `${maxBytes}B`,
      rotate: maxFiles,
      ...(interval !== null && { interval }),
    });
    return stream.on('error', (error) => this.#failed(stream, error));
  }

  /** A stream that failed once writes nothing any more. */
  #failed(stream: RotatingFileStream, error: Error): void {
    if (this.#stream !== stream) return;
    this.#stream = null;
    this.#retryMs = performance.now() + RETRY_MS;
    const isNews = !this.#isFailing;
    this.#isFailing = true;
    if (isNews) this.#onProblem(new BridgeError('log/file', `${this.#settings.path}: ${error.message}`));
  }
}
