import { mbusLengthAt } from '@meterbridge/core/frames';
import { inputBytes } from '@meterbridge/core/runtime';

/** Of UTF-8, as Latin-1. */
const BYTE_ORDER_MARK = /^\u00ef\u00bb\u00bf/;
/** Bytes as people write them: `68 0B`, `680B`, `0x68,0x0B`, `68:0B`, `68-0B`. */
const HEX_TEXT = /^(?:0x|[0-9a-f]|[\s,:;-])*$/i;

/**
 * What a file, or standard input for `-`, holds: pieces that are a frame each, or should be one. What is between frames
 * is a piece, too.
 * @throws BridgeError input/unreadable
 */
export async function* inputFrames(file: string): AsyncGenerator<Uint8Array> {
  const whole = Buffer.concat(await Array.fromAsync(inputBytes(file)));
  const text = whole.toString('latin1').replace(BYTE_ORDER_MARK, '');
  yield* HEX_TEXT.test(text) ? textFrames(text) : rawFrames(whole);
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

/** Half a byte at the end becomes one that ends no frame, so that it is told. */
function fromHex(text: string): Uint8Array {
  const digits = text.replace(/0x|[^0-9a-f]/gi, '');
  return Buffer.from(digits.length % 2 === 1 ? `${digits}0` : digits, 'hex');
}
