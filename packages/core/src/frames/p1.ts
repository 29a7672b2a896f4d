import { CRC16, crc16, latin1 } from '../codec/index.ts';
import { BridgeError } from '../errors/index.ts';
import { areObjectLines, CR, LF, lastEndLine, START } from './p1-lines.ts';

/** A P1 telegram from `/` to the end of the `!` line, with where its parts are. */
export interface P1Frame {
  readonly bytes: Uint8Array;
  /** Header line without `/` and line end. */
  readonly header: string;
  /** Offset of the first byte behind the header line. */
  readonly bodyStart: number;
  /** Offset of the `!`, or the length if the meter sends no end line. */
  readonly bodyEnd: number;
  /** CRC digits as printed, or null if there are none. */
  readonly crcText: string | null;
}

/** CRC over the bytes as they are, from `/` to `!` (DSMR P1 companion 5.0.2, section 6.2). */
export function p1Crc(frame: P1Frame): number {
  return crc16(frame.bytes, CRC16.arc, 0, Math.min(frame.bodyEnd + 1, frame.bytes.length));
}

/** Is each of its lines complete? All there is to vouch for a telegram without CRC. */
export function isWholeP1(frame: P1Frame): boolean {
  return areObjectLines(frame.bytes, frame.bodyStart, frame.bodyEnd);
}

/**
 * Takes one telegram apart; whether its CRC is right is for `p1Scanner` to find out.
 * @throws BridgeError frame/malformed without a header line
 */
export function decodeP1(bytes: Uint8Array): P1Frame {
  const headerEnd = bytes.indexOf(LF);
  if (bytes[0] !== START || headerEnd < 0) throw new BridgeError('frame/malformed', 'no P1 header line');
  const end = lastEndLine(bytes);
  return {
    bytes,
    header: latin1(bytes, 1, bytes[headerEnd - 1] === CR ? headerEnd - 1 : headerEnd),
    bodyStart: headerEnd + 1,
    bodyEnd: end ? end.at : bytes.length,
    crcText: end && end.digits > 0 ? latin1(bytes, end.at + 1, end.at + 1 + end.digits) : null,
  };
}

/** Puts a telegram together: header without `/`, lines without line ends; the CRC is added. */
export function encodeP1(header: string, lines: readonly string[]): Uint8Array {
  const text = `/${header}\r\n\r\n${lines.map((line) => `${line}\r\n`).join('')}!`;
  const bytes = new Uint8Array(text.length + 6);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  const crc = crc16(bytes, CRC16.arc, 0, text.length).toString(16).toUpperCase().padStart(4, '0');
  for (let at = 0; at < 4; at++) bytes[text.length + at] = crc.charCodeAt(at);
  bytes[text.length + 4] = CR;
  bytes[text.length + 5] = LF;
  return bytes;
}
