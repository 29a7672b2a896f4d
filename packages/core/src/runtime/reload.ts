import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import { type BridgeError, toBridgeError } from '../errors/index.ts';
import { closeLog, type Logger, type LogTail } from '../observe/index.ts';
import type { App } from './app.ts';
import { isLoggedElsewhere } from './changes.ts';
import type { AppDefinition, Loaded } from './definition.ts';
import { summaryOf } from './health.ts';
import { loggerOf } from './log.ts';
import { tlsOf } from './mqtt-settings.ts';
import { ConfigWatch } from './watch.ts';

/** Reads the configuration; on top of the one that runs, a broken meter file counts as what it was. */
export type Load<Schema extends z.ZodObject> = (before?: Loaded<Schema>) => Loaded<Schema>;

/** An app that follows the files of its configuration. */
export class ReloadingApp<Schema extends z.ZodObject> {
  readonly #definition: AppDefinition<Schema>;
  readonly #load: Load<Schema>;
  #loaded: Loaded<Schema>;
  #log: Logger;
  readonly #tail: LogTail;
  #app: App;
  #watch: ConfigWatch | undefined;
  /** One reload after the other. */
  #work: Promise<void> = Promise.resolve();
  #problems: readonly BridgeError[] = [];
  #hasLooked = false;
  #isStopping = false;
  readonly #failure = Promise.withResolvers<never>();

  /** @throws BridgeError config/invalid if a file that the configuration names cannot be used */
  constructor(
    definition: AppDefinition<Schema>,
    loaded: Loaded<Schema>,
    load: Load<Schema>,
    log: Logger,
    tail: LogTail,
  ) {
    this.#definition = definition;
    this.#load = load;
    this.#loaded = loaded;
    this.#log = log;
    this.#tail = tail;
    this.#app = definition.create(loaded.config, log, tail);
  }

  async start(): Promise<void> {
    await this.#app.start();
    this.#watch = new ConfigWatch(this.#loaded.places, () => this.#schedule());
    process.on('SIGHUP', this.#hangUp);
  }

  /** Rejects if neither the new nor the old configuration can be started any more. */
  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  get lines(): App['lines'] {
    return this.#app.lines;
  }

  /** How it is doing, in a few words. */
  get summary(): string {
    return summaryOf(this.#app);
  }

  /** @param signal what asked for it */
  async stop(signal: string): Promise<void> {
    this.#isStopping = true;
    this.#log.info({ signal }, 'stopping');
    process.off('SIGHUP', this.#hangUp);
    this.#watch?.close();
    await this.#work;
    await this.#app.stop();
    this.#log.info('stopped');
  }

  readonly #hangUp = (): void => {
    this.#log.info({ signal: 'SIGHUP' }, 'reading the configuration again');
    this.#schedule();
  };

  #schedule(): void {
    this.#work = this.#work.then(() => this.#reload());
  }

  async #reload(): Promise<void> {
    if (this.#isStopping) return;
    try {
      const next = this.#load(this.#loaded);
      this.#watch?.follow(next.places);
      await this.#apply(next.config);
      this.#loaded = next;
      this.#tell(next.broken);
    } catch (thrown) {
      this.#tell([toBridgeError(thrown)]);
    }
  }

  async #apply(config: Loaded<Schema>['config']): Promise<void> {
    const before = this.#loaded.config;
    const isSame = isDeepStrictEqual(before, config);
    // The first look only finds out what the files are like.
    const isFirstLook = !this.#hasLooked;
    this.#hasLooked = true;
    if (isFirstLook && isSame) return this.#log.debug('the configuration is the same');
    if (!(await this.#app.reconfigure(before, config))) return await this.#restart(config);
    const { level, levels } = config.log;
    if (isDeepStrictEqual([level, levels], [before.log.level, before.log.levels])) return;
    this.#app.logLevels = config.log;
    this.#log.info({ level, ...levels }, 'log level changed');
  }

  /** Replaces the app. What it could not deliver is in its store. */
  async #restart(config: Loaded<Schema>['config']): Promise<void> {
    tlsOf(config.mqtt);
    this.#log.info('configuration changed: starting anew');
    await this.#app.stop();
    if (this.#isStopping) return;
    const before = this.#log;
    const log = isLoggedElsewhere(this.#loaded.config, config) ? loggerOf(config, this.#tail) : before;
    try {
      this.#app = this.#definition.create(config, log, this.#tail);
      this.#log = log;
      if (log !== before) closeLog(before);
    } catch (thrown) {
      if (log !== before) closeLog(log);
      await this.#startOld();
      throw thrown;
    }
    await this.#app.start();
    this.#log.info('configuration applied');
  }

  async #startOld(): Promise<void> {
    try {
      this.#app = this.#definition.create(this.#loaded.config, this.#log, this.#tail);
      await this.#app.start();
    } catch (thrown) {
      this.#watch?.close();
      this.#failure.reject(thrown);
    }
  }

  /** Says what is new among the problems, and shows them all until they are mended. */
  #tell(problems: readonly BridgeError[]): void {
    const told = new Set(this.#problems.map(({ message }) => message));
    for (const error of problems) {
      if (!told.has(error.message))
        this.#log.error(
          { outcome: 'config-invalid', err: error },
          'the configuration is wrong: what runs goes on as before',
        );
    }
    if (problems.length === 0 && told.size > 0) this.#log.info('the configuration is valid again');
    this.#problems = problems;
    this.#app.configProblems = problems;
  }
}
