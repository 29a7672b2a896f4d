import { createReadStream } from 'node:fs';
import { BridgeError, messageOf } from '../errors/index.ts';
import { savedFrames } from './saved-frames.ts';

/** A longer line is cut off: nothing that is decoded by lines is as long. */
const MAX_LINE_BYTES = 16 * 1024 * 1024;
const LINE_FEED = 0x0a;
/** What editors of Windows put in front of UTF-8. */
const BYTE_ORDER_MARK = Uint8Array.of(0xef, 0xbb, 0xbf);
/** Text that may turn out to be hexadecimal is held back until it is certain, but no more than this. */
const MOST_HEX_BYTES = 64 * 1024 * 1024;

// The input of commands: a file, or standard input for `-`. A byte order mark in front is no part of it. All of this
// throws BridgeError input/unreadable.

/**
 * Bytes as they come. An input of nothing but hexadecimal digits and white space is taken for the bytes that it shows;
 * that is known at its end only. Of a support bundle, or of frames that were saved from the page, it is the bytes of the
 * frames.
 */
export async function* inputChunks(file: string): AsyncGenerator<Uint8Array> {
  const held: Uint8Array[] = [];
  let heldBytes = 0;
  let mayBeHex = true;
  for await (const chunk of inputBytes(file)) {
    mayBeHex &&= heldBytes <= MOST_HEX_BYTES && isHexText(chunk);
    if (mayBeHex) {
      held.push(chunk);
      heldBytes += chunk.length;
    } else {
      yield* held.splice(0);
      yield chunk;
    }
  }
  if (held.length > 0) yield fromHex(Buffer.concat(held).toString('latin1'));
}

/** All that {@link inputChunks} gives. */
export async function wholeInput(file: string): Promise<Uint8Array> {
  return Buffer.concat(await Array.fromAsync(inputChunks(file)));
}

/** As {@link inputChunks}, but hexadecimal text stays text. */
export async function* inputBytes(file: string): AsyncGenerator<Uint8Array> {
  try {
    yield* savedFrames(rawInput(file), (hex) => Buffer.from(hex, 'hex'));
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
}

/** The text that it is. */
export async function inputText(file: string): Promise<string> {
  try {
    return Buffer.concat(await Array.fromAsync(rawInput(file))).toString();
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
}

/** The lines of a text as they come, without their line feeds. A frame that was saved is a line of hexadecimal text. */
export async function* inputLines(file: string): AsyncGenerator<Uint8Array> {
  let pending: Uint8Array[] = [];
  let pendingBytes = 0;
  try {
    for await (const chunk of savedFrames(rawInput(file), (hex) => Buffer.from(`${hex}\n`))) {
      let from = 0;
      for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, from)) {
        yield Buffer.concat([...pending, chunk.subarray(from, at)]);
        pending = [];
        pendingBytes = 0;
        from = at + 1;
      }
      pendingBytes += chunk.length - from;
      if (pendingBytes <= MAX_LINE_BYTES) pending.push(chunk.subarray(from));
    }
  } catch (thrown) {
    throw unreadable(file, thrown);
  }
  if (pendingBytes > 0) yield Buffer.concat(pending);
}

function rawInput(file: string): AsyncIterable<Uint8Array> {
  return withoutMark(file === '-' ? process.stdin : createReadStream(file));
}

async function* withoutMark(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let start: Uint8Array | null = Buffer.alloc(0);
  for await (const chunk of chunks) {
    if (start === null) {
      yield chunk;
      continue;
    }
    start = Buffer.concat([start, chunk]);
    if (start.length < BYTE_ORDER_MARK.length) continue;
    const isMarked = BYTE_ORDER_MARK.every((byte, at) => start![at] === byte);
    yield isMarked ? start.subarray(BYTE_ORDER_MARK.length) : start;
    start = null;
  }
  if (start !== null && start.length > 0) yield start;
}

function unreadable(file: string, thrown: unknown): BridgeError {
  return new BridgeError('input/unreadable', `cannot read ${file}: ${messageOf(thrown)}`, { cause: thrown });
}

function isHexText(chunk: Uint8Array): boolean {
  return /^[0-9a-fA-F\s]*$/.test(Buffer.from(chunk).toString('latin1'));
}

function fromHex(text: string): Uint8Array {
  return Buffer.from(text.replace(/\s+/g, ''), 'hex');
}
