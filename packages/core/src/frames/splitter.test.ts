import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, latin1, latin1Bytes } from '../codec/index.ts';
import { p1Scanner } from './p1-scanner.ts';
import type { ScanFrame } from './scan.ts';
import { FrameSplitter } from './splitter.ts';
import { cutAt, encryptedStreams, forgetful, inChunks, opens, p1Streams, split } from './stream.fixture.ts';

/** `<…>`, found by its end. */
const delimited: ScanFrame = (bytes, resume, state) => {
  const start = bytes.indexOf(0x3c);
  if (start !== 0) return { kind: 'skip', count: start < 0 ? bytes.length : start, until: 0x3c };
  const end = bytes.indexOf(0x3e, resume);
  if (end >= 0) return { kind: 'frame', length: end + 1 };
  if (state === 'open') return { kind: 'more', resume: bytes.length, until: 0x3e };
  return { kind: 'skip', count: state === 'full' ? 1 : bytes.length, error: 'frame/truncated' };
};

/** 68, length, that many bytes, 16: found by its length. */
const counted: ScanFrame = (bytes, _resume, state) => {
  if (bytes[0] !== 0x68) {
    const start = bytes.indexOf(0x68);
    return { kind: 'skip', count: start < 0 ? bytes.length : start };
  }
  const length = bytes.length < 2 ? 2 : bytes[1]! + 3;
  if (bytes.length < length) {
    if (state === 'open') return { kind: 'more', resume: 0, need: length };
    return { kind: 'skip', count: 1, error: 'frame/truncated' };
  }
  if (bytes[length - 1] !== 0x16) return { kind: 'skip', count: 1, error: 'frame/malformed' };
  return { kind: 'frame', length };
};

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

const streams: readonly (readonly [string, ScanFrame, fc.Arbitrary<Uint8Array>])[] = [
  [
    'found by their end',
    delimited,
    fc.string({ unit: fc.constantFrom('<', '>', 'a', 'b'), maxLength: 200 }).map(latin1Bytes),
  ],
  [
    'found by their length',
    counted,
    fc
      .array(fc.constantFrom(0x68, 0x16, 0, 1, 2, 5), { maxLength: 200 })
      .map((bytes) => Uint8Array.from(bytes)),
  ],
  ['of a P1 port', p1Scanner('if-present'), p1Streams],
  ['of a P1 port that needs no CRC', p1Scanner('off'), p1Streams],
  ['of a P1 port that encrypts', p1Scanner('if-present', opens), encryptedStreams],
];

describe.each(streams)('frames %s', (_name, scan, stream) => {
  it.each([1, 4, 16, 60, 1024])('are the same whatever the chunks, with a limit of %i bytes', (limit) => {
    fc.assert(
      fc.property(stream, sizes, (bytes, cuts) => {
        const whole = split(scan, limit, [bytes]);
        expect(split(scan, limit, inChunks(bytes, 1))).toEqual(whole);
        expect(split(scan, limit, cutAt(bytes, cuts))).toEqual(whole);
      }),
    );
  });

  it('are the same with hints as without', () => {
    fc.assert(
      fc.property(stream, sizes, fc.constantFrom(16, 60, 1024), (bytes, cuts, limit) => {
        expect(split(scan, limit, cutAt(bytes, cuts))).toEqual(
          split(forgetful(scan), limit, inChunks(bytes, 1)),
        );
      }),
    );
  });

  it('account for every byte of the stream', () => {
    fc.assert(
      fc.property(stream, (bytes) => {
        const { pieces, discarded } = split(scan, 60, [bytes]);
        const inFrames =
          pieces
            .filter((piece) => piece.startsWith('frame '))
            .join('')
            .replaceAll('frame ', '').length / 2;
        expect(inFrames + discarded).toBe(bytes.length);
      }),
    );
  });
});

describe('a splitter', () => {
  const textsOf = (
    pieces: readonly { readonly error: string | null; readonly bytes: Uint8Array }[],
  ): readonly string[] =>
    pieces.map(({ error, bytes }) => (error ? `${error}: ${latin1(bytes)}` : latin1(bytes)));

  it('hands out frames and counts what lies between them', () => {
    const splitter = new FrameSplitter(delimited, 100);
    expect(textsOf(splitter.push(latin1Bytes('xx<a>yy<b><c')))).toEqual(['<a>', '<b>']);
    expect([splitter.discarded, splitter.pending]).toEqual([4, 2]);
    expect(textsOf(splitter.push(latin1Bytes('>z')))).toEqual(['<c>']);
    expect([splitter.discarded, splitter.pending]).toEqual([5, 0]);
  });

  it('never holds more than its limit and finds the frame after one without end', () => {
    const splitter = new FrameSplitter(delimited, 8);
    const found = inChunks(latin1Bytes('<aaaaaaaaaaaaaaaa<bb>'), 3).flatMap((chunk) => {
      const pieces = splitter.push(chunk);
      expect(splitter.pending).toBeLessThan(8);
      return textsOf(pieces);
    });
    expect(found).toEqual(['frame/truncated: <', '<bb>']);
  });

  it('keeps a frame of exactly its limit', () => {
    expect(textsOf(new FrameSplitter(delimited, 8).push(latin1Bytes('<aaaaaa><b>')))).toEqual([
      '<aaaaaa>',
      '<b>',
    ]);
  });

  it('judges what is left when the stream ends, then begins anew', () => {
    const splitter = new FrameSplitter(delimited, 100);
    splitter.push(latin1Bytes('<a'));
    expect(textsOf(splitter.end())).toEqual(['frame/truncated: <a']);
    expect([splitter.pending, splitter.end()]).toEqual([0, []]);
    expect(textsOf(splitter.push(latin1Bytes('><b>')))).toEqual(['<b>']);
  });

  it('waits for the bytes that are needed even if the awaited byte came before', () => {
    const scan: ScanFrame = (bytes) =>
      bytes.length < 4 ? { kind: 'more', resume: 0, need: 4, until: 0x3e } : { kind: 'frame', length: 4 };
    const splitter = new FrameSplitter(scan, 100);
    splitter.push(latin1Bytes('a'));
    expect(splitter.push(latin1Bytes('>'))).toEqual([]);
    expect(textsOf(splitter.push(latin1Bytes('bc')))).toEqual(['a>bc']);
  });

  it('hands out frames that no later byte changes', () => {
    const splitter = new FrameSplitter(counted, 300);
    const frame = bytesOf('68 02 AA BB 16');
    const first = splitter.push(frame)[0]!.bytes;
    const kept = first.slice();
    for (let turn = 0; turn < 10_000; turn++) splitter.push(bytesOf('68 02 CC DD 16'));
    expect(first).toEqual(kept);
    expect(kept).toEqual(frame);
  });

  it('takes chunks that are empty', () => {
    const splitter = new FrameSplitter(delimited, 100);
    expect(splitter.push(new Uint8Array(0))).toEqual([]);
    splitter.push(latin1Bytes('<a'));
    expect(splitter.push(new Uint8Array(0))).toEqual([]);
    expect(textsOf(splitter.push(latin1Bytes('>')))).toEqual(['<a>']);
  });
});
