import { CRC16, crc16, u16 } from '../codec/index.ts';
import { BridgeError } from '../errors/index.ts';
import type { Scan, ScanFrame, StreamState } from './scan.ts';

const H = 0x48;
const M = 0x4d;
const HEADER = 10;
const EXTENDED_HEADER = 24;
/** What the first two bytes of an extended header always say. */
const EXTENDED_MARK = 14;
/** Families of gateways and storage whose frames may have the extended header. */
const EXTENDED_FAMILIES: ReadonlySet<number> = new Set([0xc2, 0xc3, 0xda, 0xdb]);
/** All families, to and from a DTU. */
const FAMILIES: ReadonlySet<number> = new Set([
  ...[0xa2, 0xa3, 0x22, 0x23, 0x82, 0x83, 0x88, 0x89],
  ...EXTENDED_FAMILIES,
]);
/** GCM tag behind the ciphertext; the length field does not count it. */
const TAG = 16;

/** Value of the length field beyond which a frame is not believed. */
export const HM_MAX_LENGTH = 16_384;

/** Longer frames than any that is known. */
const LIKELY_LENGTH = 4_096;

/** A frame of the protocol that Hoymiles DTUs speak on TCP port 10081. */
export interface HmFrame {
  /** High byte: family and direction; low byte: function. */
  readonly command: number;
  readonly sequence: number;
  readonly extended: HmExtension | null;
  /** Plain, or ciphertext where there is a tag. */
  readonly payload: Uint8Array;
  /** 16 bytes that authenticate an encrypted payload. */
  readonly tag: Uint8Array | null;
}

/** What the longer header of gateways and storage says. */
export interface HmExtension {
  /** Serial number of the DTU, 8 bytes. */
  readonly serial: bigint;
  /** 255 asks for the gateway, 1 for storage. */
  readonly number: number;
}

/**
 * Finds frames by "HM" and their length field.
 * @param isSealed whether frames of a command are encrypted now: a tag follows them that the length does not count
 */
export function hmScanner(isSealed: (command: number) => boolean = () => false): ScanFrame {
  return (bytes, _resume, state) => {
    if (bytes[0] !== H || (bytes.length > 1 && bytes[1] !== M)) return skipToMagic(bytes);
    if (bytes.length < HEADER) return wait(bytes, HEADER, state);
    const length = u16(bytes, 8);
    if (length < HEADER || length > HM_MAX_LENGTH) return skipToMagic(bytes, 'frame/length');
    const size = length + (isSealed(u16(bytes, 2)) ? TAG : 0);
    if (bytes.length < size) return wait(bytes, size, state);
    return isWhole(bytes, length) ? { kind: 'frame', length: size } : skipDamaged(bytes, size);
  };
}

/** @throws BridgeError frame/foreign, frame/length, frame/truncated, frame/checksum */
export function decodeHm(bytes: Uint8Array): HmFrame {
  if (bytes[0] !== H || bytes[1] !== M) throw new BridgeError('frame/foreign', 'no HM at the beginning');
  if (bytes.length < HEADER) throw new BridgeError('frame/truncated', `HM frame of ${bytes.length} bytes`);
  const length = u16(bytes, 8);
  if (length < HEADER || length > HM_MAX_LENGTH)
    throw new BridgeError('frame/length', `an HM frame says that it has ${length} bytes`);
  if (bytes.length < length)
    throw new BridgeError('frame/truncated', `HM frame of ${length} bytes ends after ${bytes.length}`);
  const command = u16(bytes, 2);
  const isExtended = hasExtension(bytes, length);
  const payload = bytes.subarray(isExtended ? EXTENDED_HEADER : HEADER, length);
  if (!isWhole(bytes, length))
    throw new BridgeError('frame/checksum', 'the CRC of an HM frame does not fit', { facts: { command } });
  return {
    command,
    sequence: u16(bytes, 4),
    extended: isExtended ? extensionOf(bytes) : null,
    payload,
    tag: bytes.length === length + TAG ? bytes.subarray(length) : null,
  };
}

export function encodeHm({ command, sequence, extended, payload, tag }: HmFrame): Uint8Array {
  const header = extended ? EXTENDED_HEADER : HEADER;
  const length = header + payload.length;
  const bytes = new Uint8Array(length + (tag?.length ?? 0));
  const view = new DataView(bytes.buffer);
  view.setUint8(0, H);
  view.setUint8(1, M);
  view.setUint16(2, command);
  view.setUint16(4, sequence);
  view.setUint16(6, crc16(payload, CRC16.modbus));
  view.setUint16(8, length);
  if (extended) {
    view.setUint16(10, EXTENDED_MARK);
    view.setBigUint64(12, extended.serial);
    view.setUint16(22, extended.number);
  }
  bytes.set(payload, header);
  if (tag) bytes.set(tag, length);
  return bytes;
}

function hasExtension(bytes: Uint8Array, length: number): boolean {
  return (
    EXTENDED_FAMILIES.has(bytes[2]!) && length >= EXTENDED_HEADER && u16(bytes, HEADER) === EXTENDED_MARK
  );
}

/** Its payload, or ciphertext, fits its CRC. */
function isWhole(bytes: Uint8Array, length: number): boolean {
  const payload = bytes.subarray(hasExtension(bytes, length) ? EXTENDED_HEADER : HEADER, length);
  return crc16(payload, CRC16.modbus) === u16(bytes, 6);
}

function extensionOf(bytes: Uint8Array): HmExtension {
  const view = new DataView(bytes.buffer, bytes.byteOffset, EXTENDED_HEADER);
  return { serial: view.getBigUint64(12), number: view.getUint16(22) };
}

/** Skips what is no frame, up to the next "HM", or to an "H" at the end that may become one. */
function skipToMagic(bytes: Uint8Array, error: 'frame/foreign' | 'frame/length' = 'frame/foreign'): Scan {
  let at = bytes.indexOf(H, 1);
  while (at >= 0 && at + 1 < bytes.length && bytes[at + 1] !== M) at = bytes.indexOf(H, at + 1);
  return { kind: 'skip', count: at < 0 ? bytes.length : at, error, resume: 0, until: H };
}

/**
 * A damaged frame ends where it says, if the next one begins there; else it may have been cut, and the next one begins
 * inside of it, where a header is that can be one.
 */
function skipDamaged(bytes: Uint8Array, size: number): Scan {
  const lost = (count: number): Scan => ({
    kind: 'skip',
    count,
    error: 'frame/checksum',
    resume: 0,
    until: H,
  });
  if (bytes[size] === H && (bytes.length === size + 1 || bytes[size + 1] === M)) return lost(size);
  for (let at = bytes.indexOf(H, 1); at >= 0 && at < size; at = bytes.indexOf(H, at + 1)) {
    if (isLikely(bytes, at)) return lost(at);
  }
  return lost(size);
}

/** A header inside of a damaged frame; bytes that are full of long ones would have their CRC made again and again. */
function isLikely(bytes: Uint8Array, at: number): boolean {
  if (bytes[at + 1] !== M || !FAMILIES.has(bytes[at + 2] ?? 0)) return false;
  return at + HEADER > bytes.length || u16(bytes, at + 8) <= LIKELY_LENGTH;
}

function wait(bytes: Uint8Array, need: number, state: StreamState): Scan {
  return state === 'ended'
    ? { kind: 'skip', count: bytes.length, error: 'frame/truncated' }
    : { kind: 'more', resume: 0, need };
}
