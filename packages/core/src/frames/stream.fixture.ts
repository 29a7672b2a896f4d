import fc from 'fast-check';
import { hexOf, latin1, latin1Bytes } from '../codec/index.ts';
import { decodeEnvelope, encodeEnvelope } from './envelope.ts';
import type { JudgeEnvelope } from './envelope-scan.ts';
import { encodeP1 } from './p1.ts';
import type { Scan, ScanFrame } from './scan.ts';
import { FrameSplitter, type Piece } from './splitter.ts';

/** What a splitter made of a stream, in a form that compares well. */
export interface Outcome {
  readonly pieces: readonly string[];
  readonly discarded: number;
}

export function split(scan: ScanFrame, limit: number, chunks: readonly Uint8Array[]): Outcome {
  const splitter = new FrameSplitter(scan, limit);
  const pieces: Piece[] = [];
  for (const chunk of chunks) pieces.push(...splitter.push(chunk));
  pieces.push(...splitter.end());
  return {
    pieces: pieces.map(({ error, bytes }) => `${error ?? 'frame'} ${hexOf(bytes)}`),
    discarded: splitter.discarded,
  };
}

export function inChunks(bytes: Uint8Array, size: number): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

/** Cut at these places, which wrap around. */
export function cutAt(bytes: Uint8Array, sizes: readonly number[]): readonly Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

/** The same scanner, asked anew for each byte: it is told nothing of what it found before and gives no hints. */
export function forgetful(scan: ScanFrame): ScanFrame {
  return (bytes, _resume, state): Scan => {
    const answer = scan(bytes, 0, state);
    if (answer.kind === 'more') return { kind: 'more', resume: 0 };
    if (answer.kind === 'frame') return answer;
    const { kind, count, error } = answer;
    return error ? { kind, count, error } : { kind, count };
  };
}

const telegrams = ['1-0:1.8.1(000001.000*kWh)', '0-0:96.13.0(a/abc!b)'].map((line) =>
  encodeP1('ABC5x', [line, line, line]),
);

/** Streams of what gives P1 scanners a hard time: whole telegrams, pieces of them, and single signs. */
export const p1Streams: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { weight: 2, arbitrary: fc.constantFrom(...telegrams) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(...telegrams), fc.nat(100))
          .map(([bytes, to]) => bytes.slice(0, to)),
      },
      {
        weight: 6,
        arbitrary: fc
          .constantFrom(
            '/ABC5\r\n',
            '/ABC',
            '/',
            '!',
            '!\r\n',
            '!0000\r\n',
            '\r\n',
            '\n',
            '1-0:1.8.1(1*kWh)\r\n',
            '(',
            ')',
            'x',
            '\0',
          )
          .map(latin1Bytes),
      },
    ),
    { maxLength: 25 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));

const iv = Uint8Array.from({ length: 12 }, (_, at) => at);
/** Their content begins with Y where it can be opened. */
const envelopes = ['Y', 'N', `Y${latin1(telegrams[0]!)}`, 'N/ABC5\r\n'].flatMap((text) => {
  const ciphertext = latin1Bytes(text);
  return [null, new Uint8Array(12)].map((tag) => encodeEnvelope({ iv, ciphertext, tag }));
});

/** Does an envelope of these streams hold a telegram? */
export const opens: JudgeEnvelope = (envelope) =>
  decodeEnvelope(envelope).ciphertext[0] === 0x59 ? null : 'frame/decryption';

/** Streams of a port that encrypts, and then does not. */
export const encryptedStreams: fc.Arbitrary<Uint8Array> = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constantFrom(...envelopes) },
      {
        weight: 2,
        arbitrary: fc
          .tuple(fc.constantFrom(...envelopes), fc.nat(40))
          .map(([bytes, to]) => bytes.slice(0, to)),
      },
      {
        weight: 3,
        arbitrary: fc
          .constantFrom('\xdb', '\xdb\x08', '0', '/ABC5\r\n', '/ABC', '(', '\n!', '\n!\r\n', '\x82\0')
          .map(latin1Bytes),
      },
      { weight: 1, arbitrary: p1Streams },
    ),
    { maxLength: 15 },
  )
  .map((parts) => Uint8Array.from(parts.flatMap((part) => [...part])));
