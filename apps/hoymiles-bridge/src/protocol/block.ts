import { Decimal, i16, u16, u32, u48 } from '@meterbridge/core/codec';
import { BridgeError } from '@meterbridge/core/errors';
import { isGen2, serialText } from './serial.ts';

/** Where the first block is, and how far apart they are: addresses of DTUs count bytes, not registers. */
export const FIRST_BLOCK = 0x1000;
export const BLOCK_BYTES = 40;
export const MAX_BLOCKS = 99;

/** One port of an inverter as Modbus tells it: 40 bytes (Modbus implementation using 3Gen DTU-Pro V1.2). */
export interface PortBlock {
  /** 0x0C, or 0x3C as documented. Means nothing. */
  readonly dataType: number;
  readonly serial: string;
  /** From 1, within its inverter. */
  readonly port: number;
  /** V */
  readonly pvVoltage: Decimal;
  /** A */
  readonly pvCurrent: Decimal;
  /** V */
  readonly gridVoltage: Decimal;
  /** Hz */
  readonly gridFrequency: Decimal;
  /** W */
  readonly pvPower: Decimal;
  /** Wh */
  readonly today: number;
  /** Wh */
  readonly total: number;
  /** °C, of the inverter */
  readonly temperature: Decimal;
  readonly status: number;
  /** Null where the registers do not tell it. */
  readonly alarmCode: number | null;
  /** Counts up with each alarm; null likewise. */
  readonly alarmCount: number | null;
  /** 1: the DTU reaches the inverter by radio. */
  readonly linkStatus: number;
}

/**
 * @param at where its 40 bytes begin; more may follow, as some answers are longer than what was asked for
 * @returns null for the end of the list: a serial number of zeros, whatever else is set
 * @throws BridgeError frame/truncated
 */
export function decodeBlock(bytes: Uint8Array, at = 0): PortBlock | null {
  const length = bytes.length - at;
  if (length < BLOCK_BYTES)
    throw new BridgeError('frame/truncated', `a port has ${BLOCK_BYTES} bytes, ${length} arrived`);
  const number = u48(bytes, at + 1);
  if (number === 0) return null;
  const serial = serialText(number);
  return {
    dataType: bytes[at]!,
    serial,
    port: bytes[at + 0x07]!,
    pvVoltage: new Decimal(u16(bytes, at + 0x08), 1),
    pvCurrent: new Decimal(u16(bytes, at + 0x0a), isGen2(serial) ? 1 : 2),
    gridVoltage: new Decimal(u16(bytes, at + 0x0c), 1),
    gridFrequency: new Decimal(u16(bytes, at + 0x0e), 2),
    pvPower: new Decimal(u16(bytes, at + 0x10), 1),
    today: u16(bytes, at + 0x12),
    total: u32(bytes, at + 0x14),
    temperature: new Decimal(i16(bytes, at + 0x18), 1),
    status: u16(bytes, at + 0x1a),
    alarmCode: u16(bytes, at + 0x1c),
    alarmCount: u16(bytes, at + 0x1e),
    linkStatus: bytes[at + 0x20]!,
  };
}

/** Bytes of a block: what a DTU would send. Gen 2 inverters need a current of one decimal, others of two. */
export function encodeBlock(port: PortBlock): Uint8Array {
  const bytes = new Uint8Array(BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  view.setUint8(0, port.dataType);
  for (let at = 0; at < 6; at++)
    view.setUint8(1 + at, Number.parseInt(port.serial.slice(2 * at, 2 * at + 2), 16));
  view.setUint8(0x07, port.port);
  const words: readonly (readonly [at: number, value: number | bigint])[] = [
    [0x08, port.pvVoltage.mantissa],
    [0x0a, port.pvCurrent.mantissa],
    [0x0c, port.gridVoltage.mantissa],
    [0x0e, port.gridFrequency.mantissa],
    [0x10, port.pvPower.mantissa],
    [0x12, port.today],
    [0x18, port.temperature.mantissa],
    [0x1a, port.status],
    [0x1c, port.alarmCode ?? 0],
    [0x1e, port.alarmCount ?? 0],
  ];
  for (const [at, value] of words) view.setUint16(at, Number(value));
  view.setUint32(0x14, port.total);
  view.setUint8(0x20, port.linkStatus);
  view.setUint8(0x21, 0x07);
  return bytes;
}
