import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/envelope.json' with { type: 'json' };
import { bytesOf, hexOf } from '../codec/index.ts';
import { decodeEnvelope, encodeEnvelope } from './envelope.ts';
import { encodeP1 } from './p1.ts';
import { p1Scanner } from './p1-scanner.ts';
import { FrameSplitter } from './splitter.ts';
import { inChunks, opens } from './stream.fixture.ts';

const LIMIT = 16_384;
const hex = (bytes: Uint8Array | null): string | null => bytes && hexOf(bytes);

describe('the envelope of an encrypted telegram', () => {
  for (const { name, bytes, want, error } of vectors) {
    it(error ? `is refused with ${name}` : `is read and written: ${name}`, () => {
      const wire = bytesOf(bytes);
      if (error) return expect(() => decodeEnvelope(wire)).toThrow(expect.objectContaining({ code: error }));
      const envelope = decodeEnvelope(wire);
      const { systemTitle, iv, ciphertext, tag } = envelope;
      expect({
        ...envelope,
        systemTitle: hex(systemTitle),
        iv: hex(iv),
        ciphertext: hex(ciphertext),
        tag: hex(tag),
      }).toEqual(want);
      if (want?.lengthForm === '82') expect(encodeEnvelope(envelope)).toEqual(wire);
    });
  }
});

const iv = bytesOf('534147677000079900001234');
/** Streams of the fixture can be opened if their content begins with Y. */
const envelope = (first: string, length = 60): Uint8Array => {
  const ciphertext = Uint8Array.from({ length }, (_, at) => 0x80 | (at * 37));
  ciphertext[0] = first.charCodeAt(0);
  return encodeEnvelope({ iv, ciphertext, tag: new Uint8Array(12) });
};
const GOOD = envelope('Y');
const BAD = envelope('N');
const TELEGRAM = encodeP1('ABC5', ['1-0:1.7.0(00.321*kW)']);

/** `E`, `P` for an envelope and a plain telegram, else the error. */
function find(stream: readonly Uint8Array[], size = 1_000_000, limit = LIMIT): readonly string[] {
  const splitter = new FrameSplitter(p1Scanner('if-present', opens), limit);
  const bytes = Uint8Array.from(stream.flatMap((part) => [...part]));
  const pieces = [...inChunks(bytes, size).flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
  return pieces.map((piece) => piece.error ?? (piece.bytes[0] === 0xdb ? 'E' : 'P'));
}

describe('a stream of encrypted telegrams', () => {
  const noise = bytesOf('00 ff db 00 db 08 02 2f 41 42 43 28');

  it.each([1, 7, 64, 100_000])('is the same in chunks of %i bytes', (size) => {
    expect(find([noise, GOOD, GOOD, TELEGRAM, GOOD], size)).toEqual(['E', 'E', 'P', 'E']);
  });

  it('goes on behind an envelope that cannot be opened', () => {
    expect(find([BAD, GOOD, BAD, TELEGRAM])).toEqual(['frame/decryption', 'E', 'frame/decryption', 'P']);
  });

  it('loses no more than the one from which bytes were lost', () => {
    const broken = Uint8Array.of(...BAD.subarray(0, 40), ...BAD.subarray(60));
    expect(find([broken, GOOD, GOOD])).toEqual(['frame/decryption', 'E', 'E']);
    expect(find([broken, TELEGRAM, TELEGRAM])).toEqual(['frame/decryption', 'P', 'P']);
  });

  it('says nothing of a length that no telegram has', () => {
    const long = GOOD.slice();
    long.set([0x82, 0xff, 0xff], 10);
    expect(find([long, GOOD])).toEqual(['E']);
  });

  it('gives nothing for any beginning of an envelope, and the whole when the rest comes', () => {
    for (let length = 1; length < GOOD.length; length++) {
      const splitter = new FrameSplitter(p1Scanner('if-present', opens), LIMIT);
      expect(splitter.push(GOOD.subarray(0, length))).toEqual([]);
      expect(splitter.push(GOOD.subarray(length))).toEqual([{ error: null, bytes: GOOD }]);
    }
  });

  it('tells of one that was cut when the stream ends', () => {
    for (let length = 16; length < GOOD.length; length++)
      expect(find([GOOD.subarray(0, length)])).toEqual(['frame/truncated']);
  });

  it('drops what grows beyond the limit and finds the next', () => {
    const long = envelope('Y', 500);
    expect(find([long, GOOD], 50, 200)).toEqual(['frame/overlong', 'E']);
  });

  it('gives up a plain telegram that an envelope cuts short', () => {
    expect(find([TELEGRAM.subarray(0, 30), GOOD])).toEqual(['frame/truncated', 'E']);
  });

  it('needs a key', () => {
    const splitter = new FrameSplitter(p1Scanner('if-present'), LIMIT);
    expect(splitter.push(GOOD)).toEqual([{ error: 'frame/encrypted', bytes: GOOD }]);
  });
});
