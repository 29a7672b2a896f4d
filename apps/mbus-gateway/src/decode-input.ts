import { mbusLengthAt } from '@meterbridge/core/frames';
import { inputBytes } from '@meterbridge/core/runtime';

/** What stands around bytes in programs and logs: comments, brackets, quotation marks, `\x`, and when it was. */
const AROUND = /(?:#|\/\/).*$|[()[\]{}"'`]|\\x|\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?Z?/gm;
/** Bytes as people write them: `68 0B`, `680B`, `0x68,0x0B`, `68:0B`, `68-0B`. */
const HEX_TEXT = /^(?:0x|[0-9a-f]|[\s,:;-])*$/i;
/** Bytes among other words. */
const HEX_WORDS = /(?<![^\s,:;-])(?:(?:0x)?(?:[0-9a-f]{2})+(?:[\s,:;-]+|$))+/gi;

/**
 * What a file, or standard input for `-`, holds: pieces that are a frame each, or should be one.
 * @throws BridgeError input/unreadable
 */
export async function* inputFrames(file: string): AsyncGenerator<Uint8Array> {
  yield* framesOf(Buffer.concat(await Array.fromAsync(inputBytes(file))));
}

/** Frames as bytes, as hexadecimal text, or in the lines of a log. What is between frames is a piece, too. */
export function framesOf(whole: Buffer): readonly Uint8Array[] {
  if (!isText(whole)) return rawFrames(whole);
  const text = whole.toString().replaceAll(AROUND, ' ');
  if (HEX_TEXT.test(text)) return textFrames(text);
  const logged = text.split('\n').flatMap(loggedFrames);
  return logged.length > 0 ? logged : rawFrames(whole);
}

/** Frames may be broken over lines, as hex dumps are; where that makes no sense, each line is for itself. */
function textFrames(text: string): readonly Uint8Array[] {
  const whole = fromHex(text);
  const pieces = hunted(whole);
  if (pieces.every(isFrame)) return pieces.length > 0 ? pieces : [whole];
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  return lines.flatMap((line) => lineFrames(fromHex(line)));
}

/** Where there is no more than one frame in it, all of a line should be that frame: what is wrong with it can be told. */
function lineFrames(line: Uint8Array): readonly Uint8Array[] {
  const pieces = hunted(line);
  return pieces.every(isFrame) || pieces.filter(isFrame).length > 1 ? pieces : [line];
}

/** In a capture, a frame may come behind noise. */
function rawFrames(bytes: Uint8Array): readonly Uint8Array[] {
  const pieces = hunted(bytes);
  return pieces.some(isFrame) && !isFrame(pieces[0]!) ? pieces : lineFrames(bytes);
}

/** In a log, dates and counts look like bytes: only frames count, and what is nearly one. */
function loggedFrames(line: string): readonly Uint8Array[] {
  const found = Array.from(line.matchAll(HEX_WORDS), ([words]) => fromHex(words));
  const frames = found.flatMap(hunted).filter(isFrame);
  return frames.length > 0 ? frames : found.flatMap(broken);
}

/** From where a frame seems to begin: `68 L L 68`, or `10 C A checksum 16`. */
function broken(bytes: Uint8Array): readonly Uint8Array[] {
  const at = bytes.findIndex(
    (byte, index) =>
      (byte === 0x68 && bytes[index + 3] === 0x68) || (byte === 0x10 && bytes[index + 4] === 0x16),
  );
  return at < 0 ? [] : [bytes.subarray(at)];
}

function isFrame(piece: Uint8Array): boolean {
  return mbusLengthAt(piece, 0) === piece.length;
}

/** Frames, and what is between them. An acknowledgement is believed only where a frame may begin. */
function hunted(bytes: Uint8Array): readonly Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let lost = 0;
  for (let at = 0; at < bytes.length; ) {
    const length = mbusLengthAt(bytes, at);
    if (length === 0 || (length === 1 && lost < at)) {
      at++;
      continue;
    }
    if (lost < at) pieces.push(bytes.subarray(lost, at));
    pieces.push(bytes.subarray(at, at + length));
    at += length;
    lost = at;
  }
  if (lost < bytes.length) pieces.push(bytes.subarray(lost));
  return pieces;
}

/** Frames end with a control character: where there is none but for ends of lines, it is text. */
function isText(bytes: Uint8Array): boolean {
  return bytes.every((byte) => byte >= 0x20 || (byte >= 0x09 && byte <= 0x0d));
}

/** Half a byte at the end becomes one that ends no frame, so that it is told. */
function fromHex(text: string): Uint8Array {
  const digits = text.replace(/0x|[^0-9a-f]/gi, '');
  return Buffer.from(digits.length % 2 === 1 ? `${digits}0` : digits, 'hex');
}
