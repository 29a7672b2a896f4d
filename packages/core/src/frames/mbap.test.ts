import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/mbap.json' with { type: 'json' };
import { bytesOf, hexOf } from '../codec/index.ts';
import { decodeMbap, encodeMbap, scanMbap } from './mbap.ts';
import { FrameSplitter } from './splitter.ts';
import { inChunks, split } from './stream.fixture.ts';

const good = vectors.filter(({ error }) => error === undefined).map(({ bytes }) => bytesOf(bytes));

describe('Modbus TCP frame', () => {
  it.each(vectors.filter(({ error }) => error === undefined))('reads and writes $name', ({ bytes, want }) => {
    const wire = bytesOf(bytes);
    const frame = decodeMbap(wire);
    expect({ ...frame, pdu: hexOf(frame.pdu) }).toEqual(want);
    expect(encodeMbap(frame)).toEqual(wire);
  });

  it.each(vectors.filter(({ error }) => error))('refuses $name: $error', ({ bytes, error }) => {
    expect(() => decodeMbap(bytesOf(bytes))).toThrow(expect.objectContaining({ code: error }));
  });

  it.each([1, 2, 5, 8, 100])('is found in chunks of %i bytes', (size) => {
    const stream = Uint8Array.from([...good, ...good].flatMap((frame) => [...frame]));
    expect(split(scanMbap, 260, inChunks(stream, size)).pieces).toEqual(
      [...good, ...good].map((frame) => `frame ${hexOf(frame)}`),
    );
  });

  it('waits for the rest of every prefix', () => {
    for (let length = 1; length < good[0]!.length; length++)
      expect(scanMbap(good[0]!.subarray(0, length), 0, 'open').kind).toBe('more');
  });

  it('is found behind a header that is none, and behind a frame that never ended', () => {
    const splitter = new FrameSplitter(scanMbap, 260);
    const first = splitter.push(bytesOf('ffffffffffff'));
    expect(first.every(({ error }) => error === 'frame/malformed')).toBe(true);
    splitter.end();
    expect(splitter.push(bytesOf('0007 0000 00fe 01 03'))).toEqual([]);
    expect(splitter.end().map(({ error }) => error)).toEqual(['frame/truncated']);
    expect(splitter.push(good[0]!).map(({ error }) => error)).toEqual([null]);
  });
});
