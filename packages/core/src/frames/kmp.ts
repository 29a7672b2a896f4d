import { CRC16, crc16, u16 } from '../codec/index.ts';
import { BridgeError } from '../errors/index.ts';
import type { Scan, StreamState } from './scan.ts';

const REQUEST = 0x80;
const RESPONSE = 0x40;
const STOP = 0x0d;
const ESCAPE = 0x1b;
/** The application acknowledge, which travels alone: no start, no CRC, no stop. */
const ACKNOWLEDGE = 0x06;

/** Address, command and CRC. */
const SHORTEST_BODY = 4;

/** STUFFED[b] = 1: b travels as ESCAPE, then its complement (KMP description 5512-447, section 3). */
const STUFFED = new Uint8Array(256);
for (const byte of [REQUEST, RESPONSE, STOP, ESCAPE, ACKNOWLEDGE]) STUFFED[byte] = 1;

/** No frame is longer: an answer of eight registers has 78 bytes, the largest log record about 280. */
export const KMP_LIMIT = 320;

export interface KmpFrame {
  /** `request`: to the meter, `response`: from it. Optical heads send requests back as an echo. */
  readonly direction: 'request' | 'response';
  /** Who the frame is for; 3Fh is the meter itself. */
  readonly address: number;
  /** Command id (CID). */
  readonly command: number;
  readonly data: Uint8Array;
}

/** A frame without its stuffing, right or wrong. */
export interface KmpEnvelope {
  readonly direction: KmpFrame['direction'];
  /** From the address up to, but without, the CRC; empty if the frame is too short to have one. */
  readonly payload: Uint8Array;
  /** As received; null if the frame is too short to have one. */
  readonly crc: number | null;
  readonly isCrcRight: boolean;
  /** Each escape is followed by the complement of a byte that has to be escaped. */
  readonly isStuffingRight: boolean;
}

/** Finds the next frame, or the next acknowledge, in a stream; what is between them is noise. */
export function scanKmp(bytes: Uint8Array, resume: number, state: StreamState): Scan {
  if (bytes[0] === ACKNOWLEDGE) return { kind: 'frame', length: 1 };
  if (!isStart(bytes[0])) return { kind: 'skip', count: noiseLength(bytes) };
  for (let at = Math.max(1, resume); at < bytes.length; at++) {
    const byte = bytes[at]!;
    if (byte === STOP) return { kind: 'frame', length: at + 1 };
    // Start bytes are stuffed inside a frame: this one says that the frame before it was cut short.
    if (isStart(byte)) return { kind: 'skip', count: at, error: 'frame/truncated' };
  }
  if (state === 'open') return { kind: 'more', resume: bytes.length };
  return {
    kind: 'skip',
    count: bytes.length,
    error: state === 'full' ? 'frame/overlong' : 'frame/truncated',
  };
}

/** A lone 06h, which meters send for a command that has no other answer. */
export function isKmpAcknowledge(bytes: Uint8Array): boolean {
  return bytes.length === 1 && bytes[0] === ACKNOWLEDGE;
}

/** Removes start, stop and stuffing, and looks at the CRC; refuses nothing. */
export function openKmp(bytes: Uint8Array): KmpEnvelope {
  const direction = bytes[0] === REQUEST ? 'request' : 'response';
  const { body, isStuffingRight } = unstuff(bytes.subarray(1, -1));
  const end = body.length - 2;
  if (body.length < SHORTEST_BODY)
    return { direction, payload: body.subarray(0, 0), crc: null, isCrcRight: false, isStuffingRight };
  const crc = u16(body, end);
  const isCrcRight = crc16(body, CRC16.xmodem, 0, end) === crc;
  return { direction, payload: body.subarray(0, end), crc, isCrcRight, isStuffingRight };
}

/**
 * Takes one frame apart. Its data is a view of `bytes` where nothing was stuffed.
 * @throws BridgeError frame/truncated, frame/checksum
 */
export function decodeKmp(bytes: Uint8Array): KmpFrame {
  const { direction, payload, crc, isCrcRight } = openKmp(bytes);
  if (crc === null) throw new BridgeError('frame/truncated', `a KMP frame of ${bytes.length} bytes`);
  if (!isCrcRight) throw new BridgeError('frame/checksum', 'the CRC of a KMP frame is wrong');
  return { direction, address: payload[0]!, command: payload[1]!, data: payload.subarray(2) };
}

export function encodeKmp({ direction, address, command, data }: KmpFrame): Uint8Array {
  const body = new Uint8Array(data.length + SHORTEST_BODY);
  body[0] = address;
  body[1] = command;
  body.set(data, 2);
  const crc = crc16(body, CRC16.xmodem, 0, body.length - 2);
  body[body.length - 2] = crc >>> 8;
  body[body.length - 1] = crc & 0xff;
  return enclose(direction === 'request' ? REQUEST : RESPONSE, body);
}

/** Stuffs a body and puts start and stop around it. */
function enclose(start: number, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(2 * body.length + 2);
  bytes[0] = start;
  let to = 1;
  for (const byte of body) {
    if (STUFFED[byte]) bytes[to++] = ESCAPE;
    bytes[to++] = STUFFED[byte] ? byte ^ 0xff : byte;
  }
  bytes[to++] = STOP;
  return bytes.subarray(0, to);
}

/** In one pass: a complement may itself look like an escape. Without escapes it is the same bytes, not a copy. */
function unstuff(stuffed: Uint8Array): { readonly body: Uint8Array; readonly isStuffingRight: boolean } {
  let from = 0;
  while (from < stuffed.length && stuffed[from] !== ESCAPE) from++;
  if (from === stuffed.length) return { body: stuffed, isStuffingRight: true };
  const body = stuffed.slice();
  let isStuffingRight = true;
  let to = from;
  for (; from < stuffed.length; from++) {
    if (stuffed[from] !== ESCAPE) body[to++] = stuffed[from]!;
    else if (++from < stuffed.length) {
      body[to] = stuffed[from]! ^ 0xff;
      if (!STUFFED[body[to++]!]) isStuffingRight = false;
    } else isStuffingRight = false;
  }
  return { body: body.subarray(0, to), isStuffingRight };
}

function isStart(byte: number | undefined): boolean {
  return byte === RESPONSE || byte === REQUEST;
}

function noiseLength(bytes: Uint8Array): number {
  let at = 1;
  while (at < bytes.length && !isStart(bytes[at]) && bytes[at] !== ACKNOWLEDGE) at++;
  return at;
}
