import type { CommonConfig } from '../config/index.ts';
import { createLogger, type Logger, type LogTail } from '../observe/index.ts';

/** @param tail is told each line, for the page */
export function loggerOf({ log }: CommonConfig, tail: LogTail): Logger {
  const { level, format = process.stdout.isTTY ? 'pretty' : 'json', file } = log;
  const settings = {
    level,
    format,
    file: file && {
      path: file.path,
      maxBytes: file.max_size,
      maxFiles: file.max_files,
      rotate: file.rotate,
    },
  };
  return createLogger(settings, process.stdout, (json) => tail.add(json));
}

export type LogLevels = Pick<CommonConfig['log'], 'level' | 'levels'>;
type Component = keyof LogLevels['levels'];

const COMPONENTS = ['meters', 'mqtt', 'store', 'http'] as const satisfies readonly Component[];

/** A log for each component, whose level can be its own. */
export class ComponentLogs implements Readonly<Record<Component, Logger>> {
  readonly meters: Logger;
  readonly mqtt: Logger;
  readonly store: Logger;
  readonly http: Logger;
  /** For what belongs to none of them. */
  readonly root: Logger;

  #levels: LogLevels;

  constructor(root: Logger, settings: LogLevels) {
    this.root = root;
    this.meters = root.child({});
    this.mqtt = root.child({});
    this.store = root.child({});
    this.http = root.child({});
    this.#levels = settings;
    this.levels = settings;
  }

  get levels(): LogLevels {
    return this.#levels;
  }

  set levels(settings: LogLevels) {
    const { level, levels } = settings;
    this.#levels = settings;
    this.root.level = level;
    for (const component of COMPONENTS) this[component].level = levels[component] ?? level;
  }
}
