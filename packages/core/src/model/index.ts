export type { Address, TcpAddress } from './address.ts';
export type { CommandState, Control } from './control.ts';
export { formatInstant, type Instant } from './instant.ts';
export { identityOf, isInstant, valueToJson, valueToPlain, valueToText } from './json.ts';
export { formatLine, type LineSettings, parseLine } from './line-settings.ts';
export type { Measurement, StateClass } from './measurement.ts';
export type { Meter } from './meter.ts';
export type { MeasuredValue, Reading, Row, Scalar, Value } from './reading.ts';
export { deviceClassFor } from './traits.ts';
