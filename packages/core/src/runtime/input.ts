import { createReadStream } from 'node:fs';
import { BridgeError, messageOf } from '../errors/index.ts';
import { savedFrames } from './saved-frames.ts';

/** Text that may turn out to be hexadecimal is held back until it is certain, but no more than this. */
const MOST_HEX_BYTES = 64 * 1024 * 1024;

/**
 * Bytes of a file, or of standard input for `-`, as they come. An input of nothing but hexadecimal digits and white
 * space is taken for the bytes that it shows; that is known at its end only. Of a support bundle, or of frames that
 * were saved from the page, it is the bytes of the frames.
 * @throws BridgeError input/unreadable
 */
export async function* inputChunks(file: string): AsyncGenerator<Uint8Array> {
  const chunks = savedFrames(file === '-' ? process.stdin : createReadStream(file));
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  let mayBeHex = true;
  try {
    for await (const chunk of chunks) {
      mayBeHex &&= heldBytes <= MOST_HEX_BYTES && isHexText(chunk);
      if (mayBeHex) {
        held.push(chunk);
        heldBytes += chunk.length;
      } else {
        yield* held.splice(0);
        yield chunk;
      }
    }
  } catch (thrown) {
    throw new BridgeError('input/unreadable', `cannot read ${file}: ${messageOf(thrown)}`, { cause: thrown });
  }
  if (held.length > 0) yield fromHex(Buffer.concat(held).toString('latin1'));
}

function isHexText(chunk: Uint8Array): boolean {
  return /^[0-9a-fA-F\s]*$/.test(Buffer.from(chunk).toString('latin1'));
}

function fromHex(text: string): Uint8Array {
  return Buffer.from(text.replace(/\s+/g, ''), 'hex');
}
