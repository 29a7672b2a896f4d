import { Decimal, i16, u16, u32, u48 } from '@meterbridge/core/codec';
import { BridgeError } from '@meterbridge/core/errors';
import { BLOCK_BYTES, decodeBlock, FIRST_BLOCK, MAX_BLOCKS, type PortBlock } from './block.ts';
import { serialText } from './serial.ts';

/** Where a DTU has its ports among its registers. */
export interface BlockMap {
  /** Address of the first port. */
  readonly first: number;
  /** Addresses from one port to the next. */
  readonly step: number;
  /** Bytes of a port. */
  readonly bytes: number;
  /** Ports in one read at most. */
  readonly wide: number;
  /** The port at an index. @returns null for the end of the list; @throws BridgeError frame/truncated */
  readonly decode: (bytes: Uint8Array, at: number) => PortBlock | null;
}

const CHANNEL_BYTES = 50;
/** Bytes of a channel of which something is known. */
const CHANNEL_KNOWN = 30;

/**
 * byte: as documented, where addresses count bytes; word: emulators, where they count registers; newer: channels of 25 registers
 * that newer firmware has besides (one source).
 */
export const BLOCK_MAPS = {
  byte: { first: FIRST_BLOCK, step: BLOCK_BYTES, bytes: BLOCK_BYTES, wide: 6, decode: decodeBlock },
  word: { first: FIRST_BLOCK, step: BLOCK_BYTES / 2, bytes: BLOCK_BYTES, wide: 6, decode: decodeBlock },
  newer: { first: 0x4000, step: CHANNEL_BYTES / 2, bytes: CHANNEL_BYTES, wide: 5, decode: decodeChannel },
} as const satisfies Readonly<Record<string, BlockMap>>;

/** The map whose ports are at an address, or null where other registers are. */
export function mapAt(address: number): BlockMap | null {
  const { byte, newer } = BLOCK_MAPS;
  return (
    [byte, newer].find(({ first, step }) => first <= address && address < first + MAX_BLOCKS * step) ?? null
  );
}

/** The ports of a read of several blocks, and whether the list ends in it. @throws BridgeError frame/truncated */
export function decodeBlocks(
  bytes: Uint8Array,
  map: BlockMap = BLOCK_MAPS.byte,
): { readonly ports: readonly PortBlock[]; readonly isEnd: boolean } {
  const ports: PortBlock[] = [];
  for (let at = 0; at === 0 || at + map.bytes <= bytes.length; at += map.bytes) {
    const port = map.decode(bytes, at);
    if (!port) return { ports, isEnd: true };
    ports.push(port);
  }
  return { ports, isEnd: false };
}

/**
 * A port as newer firmware tells it from 0x4000 on, in registers of 16 bits: no alarms, and no link, so that a status of 0 stands
 * for an inverter that is not reached.
 * @returns null for the end of the list; @throws BridgeError frame/truncated
 */
export function decodeChannel(bytes: Uint8Array, from = 0): PortBlock | null {
  if (bytes.length - from < CHANNEL_KNOWN)
    throw new BridgeError('frame/truncated', `a channel ends after ${bytes.length - from} bytes`);
  const register = (at: number): number => u16(bytes, from + 2 * at);
  const serial = u48(bytes, from + 2);
  if (serial === 0) return null;
  const status = register(14);
  return {
    dataType: register(0),
    serial: serialText(serial),
    port: register(4),
    pvVoltage: new Decimal(register(5), 1),
    pvCurrent: new Decimal(register(6), 2),
    gridVoltage: new Decimal(register(7), 1),
    gridFrequency: new Decimal(register(8), 2),
    pvPower: new Decimal(register(9), 1),
    today: register(10),
    total: u32(bytes, from + 22),
    temperature: new Decimal(i16(bytes, from + 26), 1),
    status,
    alarmCode: null,
    alarmCount: null,
    linkStatus: status === 0 ? 0 : 1,
  };
}
