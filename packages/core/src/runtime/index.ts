export { type Command, InvalidArgumentError, Option } from 'commander';
export type { BridgeDefinition, ReadOption } from './definition.ts';
export { inputChunks } from './input.ts';
export { untilInterrupted } from './interruption.ts';
export { type PolledEntry, pollMeters } from './poll.ts';
export { runBridge } from './run-bridge.ts';
export type { Service, ServiceBroker, ServiceContext, ServiceDefinition, ServiceLine } from './service.ts';
export { runService } from './service-app.ts';
export type { Entry, MeterCommand, Source, SourceContext } from './source.ts';
