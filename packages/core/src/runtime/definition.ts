import type { Command } from 'commander';
import type { z } from 'zod';
import type { BaseConfig } from '../config/index.ts';
import type { Entry, Source } from './source.ts';

/** All that makes a bridge: everything else is the same for each. */
export interface BridgeDefinition<Schema extends z.ZodObject, E extends Entry> {
  /** `dsmr-bridge`: command, configuration file, topics. */
  readonly name: string;
  /** One line for --help. */
  readonly summary: string;
  readonly config: Schema & z.ZodType<BaseConfig>;
  /** What stands in the sample configuration. */
  readonly example: z.input<Schema>;
  /** What is read independently of each other: usually one entry per meter in the configuration. */
  readonly entries: (config: z.output<Schema>) => readonly E[];
  readonly source: Source<E>;
  /** Commands of its own, such as decode and simulate. */
  readonly commands?: (program: Command) => void;
}
