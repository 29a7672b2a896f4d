import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/modbus-rtu.json' with { type: 'json' };
import { bytesOf, hexOf } from '../codec/index.ts';
import { decodeRtu, encodeRtu, rtuScanner } from './modbus-rtu.ts';
import { inChunks, split } from './stream.fixture.ts';

const good = vectors.filter(({ error }) => error === undefined);

describe('Modbus RTU frame', () => {
  it.each(good)('reads and writes $name', ({ bytes, want }) => {
    const wire = bytesOf(bytes);
    const frame = decodeRtu(wire);
    expect({ ...frame, pdu: hexOf(frame.pdu) }).toEqual(want);
    expect(encodeRtu(frame)).toEqual(wire);
  });

  it.each(vectors.filter(({ error }) => error))('refuses $name: $error', ({ bytes, error }) => {
    expect(() => decodeRtu(bytesOf(bytes))).toThrow(expect.objectContaining({ code: error }));
  });

  it.each(good)('refuses each single-bit error in $name', ({ bytes }) => {
    const wire = bytesOf(bytes);
    for (let bit = 0; bit < wire.length * 8; bit++) {
      const damaged = wire.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeRtu(damaged)).toThrow(expect.objectContaining({ code: 'frame/checksum' }));
    }
  });

  it.each([1, 2, 3, 100])('is found in chunks of %i bytes', (size) => {
    const stream = Uint8Array.from(good.flatMap(({ bytes }) => [...bytesOf(bytes)]));
    expect(split(rtuScanner(), 256, inChunks(stream, size)).pieces).toEqual(
      good.map(({ bytes }) => `frame ${hexOf(bytesOf(bytes))}`),
    );
  });

  it.each([0, 1, 3, 255])('is found though its byte count says %i', (count) => {
    const wire = encodeRtu({ address: 1, pdu: Uint8Array.of(3, count, 0, 10) });
    const { pieces } = split(
      rtuScanner(() => 4),
      256,
      [wire],
    );
    expect(pieces).toEqual([`frame ${hexOf(wire)}`]);
  });

  it('ends where the line falls silent if nothing tells its length', () => {
    const wire = encodeRtu({ address: 1, pdu: Uint8Array.of(3, 255, 0, 10) });
    expect(split(rtuScanner(), 256, [wire]).pieces).toEqual([`frame ${hexOf(wire)}`]);
  });

  it('waits for the rest of every prefix', () => {
    const wire = bytesOf(good[1]!.bytes);
    for (let length = 1; length < wire.length; length++)
      expect(rtuScanner(() => 4)(wire.subarray(0, length), 0, 'open').kind).toBe('more');
  });
});
