export { decodeEnvelope, ENVELOPE, type Envelope, encodeEnvelope } from './envelope.ts';
export type { JudgeEnvelope } from './envelope-scan.ts';
export { decodeHm, encodeHm, HM_MAX_LENGTH, type HmExtension, type HmFrame, hmScanner } from './hm.ts';
export {
  decodeKmp,
  encodeKmp,
  isKmpAcknowledge,
  KMP_LIMIT,
  type KmpEnvelope,
  type KmpFrame,
  openKmp,
  scanKmp,
} from './kmp.ts';
export { decodeMbap, encodeMbap, type MbapFrame, scanMbap } from './mbap.ts';
export {
  decodeMbus,
  encodeMbus,
  MBUS_LIMIT,
  type MbusAck,
  type MbusFault,
  type MbusFrame,
  type MbusLong,
  type MbusShort,
  mbusFault,
  mbusLengthAt,
  scanMbus,
} from './mbus.ts';
export { decodeRtu, encodeRtu, type RtuFrame, rtuScanner } from './modbus-rtu.ts';
export { decodeP1, encodeP1, isWholeP1, type P1Frame, p1Crc } from './p1.ts';
export { type CrcPolicy, p1Scanner } from './p1-scanner.ts';
export type { Found, More, Scan, ScanFrame, Skip, StreamState } from './scan.ts';
export { FrameSplitter, type Piece } from './splitter.ts';
