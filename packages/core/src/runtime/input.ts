import { createReadStream } from 'node:fs';
import { BridgeError } from '../errors/index.ts';

const HEX_OR_BLANK = /^[0-9a-fA-F\s]*$/;
const HEX_DIGIT = /[0-9a-fA-F]/;

/**
 * Bytes of a file, or of standard input for `-`, as they come. A text of nothing but hexadecimal digits and blanks is
 * taken for the bytes that it shows; the first piece decides.
 * @throws BridgeError input/unreadable
 */
export async function* inputChunks(file: string): AsyncGenerator<Uint8Array> {
  const chunks: AsyncIterable<Uint8Array> = file === '-' ? process.stdin : createReadStream(file);
  let hex: HexReader | null | undefined;
  try {
    for await (const chunk of chunks) {
      if (hex === undefined) hex = looksLikeHex(chunk) ? new HexReader() : null;
      yield hex ? hex.read(chunk) : chunk;
    }
  } catch (thrown) {
    if (thrown instanceof BridgeError) throw thrown;
    const reason = thrown instanceof Error ? thrown.message : String(thrown);
    throw new BridgeError('input/unreadable', `cannot read ${file}: ${reason}`, { cause: thrown });
  }
}

function looksLikeHex(chunk: Uint8Array): boolean {
  const text = Buffer.from(chunk).toString('latin1');
  return HEX_OR_BLANK.test(text) && HEX_DIGIT.test(text);
}

/** Hexadecimal text in pieces that may end between the two digits of a byte. */
class HexReader {
  #pending = '';

  read(chunk: Uint8Array): Uint8Array {
    const digits =
      this.#pending +
      Buffer.from(chunk)
        .toString('latin1')
        .replace(/[^0-9a-fA-F]/g, '');
    const whole = digits.length - (digits.length % 2);
    this.#pending = digits.slice(whole);
    return Buffer.from(digits.slice(0, whole), 'hex');
  }
}
