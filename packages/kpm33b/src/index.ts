export {
  type Answer,
  COMMAND_TOPICS,
  type Command,
  decodeAnswer,
  readInterval,
  setInterval,
  setTime,
  switchRelay,
} from './command.ts';
export {
  ConfigFlow,
  type ConfigFlowSettings,
  type FlowActions,
  type FlowEvent,
  type KnownMeter,
  type Outcome,
  type Severity,
} from './config-flow.ts';
export { type Conversion, MessageConverter } from './converter.ts';
export { addressOf, isDeviceId } from './device-id.ts';
export { type DiscoveryMessage, discoveryMessages } from './discovery.ts';
export { FewPerMinute } from './few-per-minute.ts';
export { type Level, measurements, PER_PHASE_GROUPS, type PerPhaseGroup } from './measurements.ts';
export { DROP_REASONS, type DropReason, MAX_MESSAGE_BYTES } from './message.ts';
export type { ReadText } from './message-reader.ts';
export { Recent } from './recent.ts';
export type { MeterSettings, ProxySettings } from './settings.ts';
export type { Shard } from './shard.ts';
export { COMMAND_CODES, UPLOAD_MINUTES, UPLOAD_SECONDS } from './upload-interval.ts';
