export { aesKey, parseAesKey } from './aes-key.ts';
export { jsonSchema, markdownTable } from './describe.ts';
export type { Environment } from './environment.ts';
export {
  brokerUrl,
  durationOf,
  isTrue,
  logLevelOfPython,
  numberOf,
  readForeign,
  readVariables,
  type Section,
  sectionOf,
  textOf,
  textsOf,
  variablesIn,
  withVariables,
} from './foreign.ts';
export type { ConfigIssue } from './issues.ts';
export {
  type ConfigPlaces,
  type ConfigSources,
  type LegacyVariables,
  type LoadedConfig,
  loadConfig,
} from './load.ts';
export { isMeterFile } from './meter-files.ts';
export { configOfMeter, type MeterOption, meterOptions } from './meter-options.ts';
export type { Multiplier } from './meter-shape.ts';
export { keepalive } from './mqtt-section.ts';
export { effectiveYaml, redact } from './redact.ts';
export { type SampleOptions, sampleYaml } from './sample.ts';
export * from './schema.ts';
export {
  type BaseConfig,
  bridgeConfig,
  type CommonConfig,
  type LogLevel,
  logLevel,
  meterBase,
  serviceConfig,
  timetable,
} from './sections.ts';
export { serialLine } from './serial-line.ts';
export { nearest } from './suggest.ts';
