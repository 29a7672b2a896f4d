import { BridgeError } from '@meterbridge/core/errors';
import {
  decodeMbap,
  decodeRtu,
  FrameSplitter,
  type MbapFrame,
  type Piece,
  rtuScanner,
  scanMbap,
} from '@meterbridge/core/frames';
import { BLOCK_BYTES } from '../protocol/block.ts';
import { answerLength } from '../protocol/pdu.ts';
import { attempt, type Json } from './json.ts';
import { blockJson, responseJson, wideBlockJson } from './response-json.ts';

/** What breaks the rules of a header on TCP is no payload. */
const MBAP_WORDS = { 'frame/malformed': 'bad_mbap' } as const;

/** Cut short by a peer that is still connected, the rest may come: what is missing is waited for. */
const SILENT_WORDS = { ...MBAP_WORDS, 'frame/truncated': 'timeout' } as const;

/**
 * The answer among what arrived on TCP after a request.
 * @param isSilent nothing more came, but the connection stood
 */
export function aduJson(request: Uint8Array, segments: readonly Uint8Array[], isSilent: boolean): Json {
  return attempt(
    () => {
      const asked = decodeMbap(request);
      for (const piece of piecesOf(segments)) {
        const answer = answerOf(piece);
        if (asked.transaction === answer.transaction) return answeredJson(asked, answer);
      }
      throw new BridgeError('meter/no-answer', 'nothing that arrived answers the request');
    },
    isSilent ? SILENT_WORDS : MBAP_WORDS,
  );
}

function piecesOf(segments: readonly Uint8Array[]): readonly Piece[] {
  const splitter = new FrameSplitter(scanMbap, 1024);
  return [...segments.flatMap((segment) => splitter.push(segment)), ...splitter.end()];
}

/** @throws BridgeError frame/… */
function answerOf({ error, bytes }: Piece): MbapFrame {
  if (error) throw new BridgeError(error, `${bytes.length} bytes are no frame`);
  return decodeMbap(bytes);
}

function answeredJson(asked: MbapFrame | null, { transaction, unit, pdu }: MbapFrame): Json {
  return { ...responseJson(asked?.pdu ?? null, pdu), transaction, unit };
}

export function rtuJson(request: Uint8Array | null, response: Uint8Array): Json {
  return attempt(() => {
    const asked = request && decodeRtu(request);
    const splitter = new FrameSplitter(
      rtuScanner(() => asked && answerLength(asked.pdu)),
      1024,
    );
    const [piece] = [...splitter.push(response), ...splitter.end()];
    if (!piece) throw new BridgeError('meter/no-answer', 'nothing arrived');
    if (piece.error) throw new BridgeError(piece.error, `${response.length} bytes are no frame`);
    const { address, pdu } = decodeRtu(piece.bytes);
    if (asked && asked.address !== address)
      throw new BridgeError('frame/unexpected', `address ${address} answers for ${asked.address}`);
    return { ...responseJson(asked?.pdu ?? null, pdu), address };
  });
}

/** Bytes of which nothing else is known: a block, an answer with or without its envelope, or several on TCP. */
export function modbusJson(bytes: Uint8Array): readonly Json[] {
  if (bytes.length === BLOCK_BYTES && bytes[0] !== 0x03) return [blockJson(bytes)];
  if (bytes.length === 50 && bytes[0] === 0 && bytes[1] === 0x0c) return [wideBlockJson(bytes)];
  if (isAdu(bytes)) return adusJson(bytes);
  if (isFunction(bytes[0]) && !isRtu(bytes)) return [responseJson(null, bytes)];
  return [rtuJson(null, bytes)];
}

/** Frames on TCP one after the other, up to what is none. */
function adusJson(bytes: Uint8Array): readonly Json[] {
  const pieces = piecesOf([bytes]);
  const bad = pieces.findIndex(({ error }) => error);
  const frames = bad < 0 ? pieces : pieces.slice(0, bad + 1);
  return frames.map((piece) => attempt(() => answeredJson(null, answerOf(piece)), MBAP_WORDS));
}

function isFunction(byte: number | undefined): boolean {
  return byte !== undefined && [0x01, 0x02, 0x03, 0x05, 0x0f].includes(byte & 0x7f);
}

/** No function and no address is 0, but the high byte of a transaction number usually is. */
function isAdu(bytes: Uint8Array): boolean {
  if (bytes.length < 8) return false;
  const length = (bytes[4]! << 8) | bytes[5]!;
  const isProtocol = bytes[2] === 0 && bytes[3] === 0;
  return bytes[0] === 0 || (isProtocol && bytes[4] === 0 && length + 6 <= bytes.length);
}

/** Address, function, byte count and CRC around as many bytes as the count tells. */
function isRtu(bytes: Uint8Array): boolean {
  return isFunction(bytes[1]) && bytes.length === bytes[2]! + 5;
}
