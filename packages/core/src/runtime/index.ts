export { type Command, InvalidArgumentError, Option } from 'commander';
export { runBridge } from './cli.ts';
export type { BridgeDefinition } from './definition.ts';
export { inputChunks } from './input.ts';
export { untilInterrupted } from './interruption.ts';
export { type PolledEntry, pollMeters } from './poll.ts';
export type { Entry, Source, SourceContext } from './source.ts';
