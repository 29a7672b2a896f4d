import type { Command } from 'commander';
import type { z } from 'zod';
import type { BaseConfig, CommonConfig, LegacyVariables, LoadedConfig } from '../config/index.ts';
import type { Layout } from '../discovery/index.ts';
import type { Logger, LogTail } from '../observe/index.ts';
import type { App } from './app.ts';
import type { Entry, Source } from './source.ts';

export type Loaded<Schema extends z.ZodObject> = LoadedConfig<Schema & z.ZodType<CommonConfig>>;

/** What every app says of itself. */
export interface Definition<Schema extends z.ZodObject> {
  /** `dsmr-bridge`: command, configuration file, topics. */
  readonly name: string;
  /** One line for --help. */
  readonly summary: string;
  readonly config: Schema & z.ZodType<CommonConfig>;
  /** What stands in the sample configuration. */
  readonly example: z.input<Schema>;
  /** Commands of its own, such as decode and simulate. */
  readonly commands?: (program: Command, load: () => Loaded<Schema>) => void;
  readonly legacyVariables?: LegacyVariables;
}

/** Another way to read meters once: an option of the command `read`. */
export interface ReadOption<E extends Entry> {
  /** `--all`, `--log <number>` */
  readonly flags: string;
  readonly description: string;
  /** What is read instead of the entries of the configuration. */
  readonly entries?: (entries: readonly E[]) => readonly E[];
  /** Reads something else than readings. @returns lines to print */
  readonly lines?: (entries: readonly E[], argument: string) => AsyncIterable<string>;
}

/** All that makes a bridge: everything else is the same for each. */
export interface BridgeDefinition<Schema extends z.ZodObject, E extends Entry> extends Definition<Schema> {
  readonly config: Schema & z.ZodType<BaseConfig>;
  /** What is read independently of each other: usually one entry per meter in the configuration. */
  readonly entries: (config: z.output<Schema>) => readonly E[];
  readonly source: Source<E>;
  readonly readOptions?: readonly ReadOption<E>[];
  /** In what form Home Assistant is told of the meters, if not in the usual one. */
  readonly layout?: (config: z.output<Schema>) => Layout | null;
}

/** An app that can be run. */
export interface AppDefinition<Schema extends z.ZodObject> extends Definition<Schema> {
  /** @throws BridgeError config/invalid if a file that the configuration names cannot be used */
  readonly create: (config: Loaded<Schema>['config'], log: Logger, tail: LogTail) => App;
}
