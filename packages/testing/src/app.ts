import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const ROOT = resolve(import.meta.dirname, '../../..');

/** A line of the JSON log. */
export type LogRecord = Readonly<Record<string, unknown>> & {
  readonly err?: { readonly code: string; readonly hint: string };
};

export interface RunningApp extends AsyncDisposable {
  readonly process: ChildProcess;
  readonly stdout: readonly string[];
  readonly stderr: readonly string[];
  /** The first line of output, past or future, that fits. */
  line(fits: (line: string) => boolean, timeoutMs?: number): Promise<string>;
  /** The first record of the log, past or future, that fits. */
  log(fits: (record: LogRecord) => boolean, timeoutMs?: number): Promise<LogRecord>;
  /** Exit code, or the signal that ended the process. */
  readonly exit: Promise<number | NodeJS.Signals>;
}

export interface AppOptions {
  /** Configuration, written to a file that `--config` names. */
  readonly config?: object;
  readonly env?: Readonly<Record<string, string>>;
  /** Given to standard input, which is closed then. */
  readonly input?: Uint8Array | string;
}

/** Runs an app as a user does: as a process of its own. */
export async function startApp(
  app: string,
  args: readonly string[],
  options: AppOptions = {},
): Promise<RunningApp> {
  const folder = await mkdtemp(join(tmpdir(), `${app}-`));
  const file = join(folder, `${app}.yaml`);
  if (options.config) await writeFile(file, JSON.stringify(options.config));
  const configArgs = options.config ? ['--config', file] : [];
  const main = join(ROOT, 'apps', app, 'src/main.ts');
  const child = spawn(process.execPath, [main, ...configArgs, ...args], {
    cwd: folder,
    env: { PATH: process.env.PATH, ...options.env },
    stdio: 'pipe',
  });
  child.stdin.on('error', () => undefined).end(options.input ?? '');
  const lines = { stdout: new Lines(child.stdout), stderr: new Lines(child.stderr) };
  const exit = once(child, 'close').then(([code, signal]): number | NodeJS.Signals => code ?? signal);
  return {
    process: child,
    stdout: lines.stdout.all,
    stderr: lines.stderr.all,
    line: (fits, timeoutMs) => lines.stdout.first((line) => (fits(line) ? line : null), timeoutMs),
    log: (fits, timeoutMs) => lines.stdout.first((line) => recordThatFits(line, fits), timeoutMs),
    exit,
    async [Symbol.asyncDispose]() {
      child.kill('SIGKILL');
      await exit;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

function recordThatFits(line: string, fits: (record: LogRecord) => boolean): LogRecord | null {
  // An alert begins with its priority for the journal.
  const json = line.replace(/^<\d>/, '');
  if (!json.startsWith('{')) return null;
  const record: LogRecord = JSON.parse(json);
  return fits(record) ? record : null;
}

class Lines {
  readonly all: string[] = [];
  readonly #waiting = new Set<() => void>();

  constructor(stream: NodeJS.ReadableStream) {
    createInterface({ input: stream }).on('line', (line) => {
      this.all.push(line);
      for (const look of this.#waiting) look();
    });
  }

  first<T>(pick: (line: string) => T | null, timeoutMs = 15_000): Promise<T> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        for (const line of this.all) {
          const picked = pick(line);
          if (picked === null) continue;
          this.#waiting.delete(look);
          clearTimeout(timer);
          resolve(picked);
          return;
        }
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(look);
        reject(new Error(`no such line in ${timeoutMs} ms; these came:\n${this.all.join('\n')}`));
      }, timeoutMs);
      this.#waiting.add(look);
      look();
    });
  }
}
