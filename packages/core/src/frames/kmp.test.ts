import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/kmp.json' with { type: 'json' };
import { bytesOf, hexOf } from '../codec/index.ts';
import { decodeKmp, encodeKmp, isKmpAcknowledge, KMP_LIMIT, openKmp, scanKmp } from './kmp.ts';
import { FrameSplitter } from './splitter.ts';
import { cutAt, forgetful, inChunks, split } from './stream.fixture.ts';

const good = vectors.filter(({ want }) => want).map(({ name, bytes }) => ({ name, wire: bytesOf(bytes) }));
const joined = (...parts: readonly Uint8Array[]): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

describe('KMP frame', () => {
  it.each(vectors.filter(({ want }) => want))('reads and writes $name', ({ bytes, want }) => {
    const wire = bytesOf(bytes);
    const frame = decodeKmp(wire);
    expect({ ...frame, data: hexOf(frame.data) }).toEqual(want);
    expect(encodeKmp(frame)).toEqual(wire);
  });

  it.each(vectors.filter(({ error }) => error))('refuses $name: $error', ({ bytes, error }) => {
    expect(() => decodeKmp(bytesOf(bytes))).toThrow(expect.objectContaining({ code: error }));
  });

  it.each(good)('refuses every single wrong bit of $name', ({ wire }) => {
    for (let bit = 8; bit < 8 * (wire.length - 1); bit++) {
      const damaged = wire.slice();
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      const found = new FrameSplitter(scanKmp, KMP_LIMIT)
        .push(damaged)
        .filter(({ error, bytes }) => error === null && openKmp(bytes).isCrcRight);
      expect(found).toEqual([]);
    }
  });

  it.each(good)('waits for the rest of every beginning of $name', ({ wire }) => {
    for (let length = 1; length < wire.length; length++)
      expect(scanKmp(wire.subarray(0, length), 0, 'open')).toMatchObject({ kind: 'more' });
  });

  it('writes whatever it may be given so that it reads the same again', () => {
    const frames = fc.record({
      direction: fc.constantFrom('request' as const, 'response' as const),
      address: fc.nat(255),
      command: fc.nat(255),
      data: fc.uint8Array({ maxLength: 120 }),
    });
    fc.assert(
      fc.property(frames, (frame) => {
        const wire = encodeKmp(frame);
        expect(decodeKmp(wire)).toEqual(frame);
        expect(scanKmp(wire, 0, 'open')).toEqual({ kind: 'frame', length: wire.length });
      }),
    );
  });

  it('says when an escape has a byte behind it that is never escaped', () => {
    expect(openKmp(bytesOf('40 3F10 1B12 0000 0D'))).toMatchObject({ isStuffingRight: false });
    expect(openKmp(bytesOf('40 3F10 0000 1B 0D'))).toMatchObject({ isStuffingRight: false });
    expect(openKmp(bytesOf('40 3F10 1BE4 0000 0D'))).toMatchObject({ isStuffingRight: true });
  });
});

describe('a stream of KMP frames', () => {
  const all = joined(...good.map(({ wire }) => wire));
  const noisy = joined(all, bytesOf('00 FF 0D'), all, bytesOf('1B 12'), all);

  it.each([1, 2, 3, 7, 64, 10_000])('gives the same frames in chunks of %i bytes', (size) => {
    const { pieces, discarded } = split(scanKmp, KMP_LIMIT, inChunks(noisy, size));
    const frames = good.map(({ wire }) => `frame ${hexOf(wire)}`);
    expect(pieces).toEqual([...frames, ...frames, ...frames]);
    expect(discarded).toBe(5);
  });

  const bytes = fc
    .array(fc.constantFrom(0x80, 0x40, 0x0d, 0x1b, 0x06, 0x00, 0x3f, 0x10), { maxLength: 120 })
    .map((list) => Uint8Array.from(list));
  const sizes = fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 6 });

  it.each([1, 4, 16, KMP_LIMIT])('is read the same however it is cut, with a limit of %i', (limit) => {
    fc.assert(
      fc.property(bytes, sizes, (stream, cuts) => {
        const whole = split(scanKmp, limit, [stream]);
        expect(split(scanKmp, limit, cutAt(stream, cuts))).toEqual(whole);
        expect(split(forgetful(scanKmp), limit, inChunks(stream, 1))).toEqual(whole);
      }),
    );
  });

  it('begins anew at each start byte', () => {
    const { pieces } = split(scanKmp, KMP_LIMIT, [bytesOf('80 3F10 40 3F 1B 40 3F10 079A 0D')]);
    expect(pieces).toEqual(['frame/truncated 803f10', 'frame/truncated 403f1b', 'frame 403f10079a0d']);
  });

  it('has acknowledges outside of frames only', () => {
    const { pieces } = split(scanKmp, KMP_LIMIT, [bytesOf('00 06 40 3F10 06 079A 0D 06')]);
    expect(pieces).toEqual(['frame 06', 'frame 403f1006079a0d', 'frame 06']);
    expect(isKmpAcknowledge(bytesOf('06'))).toBe(true);
    expect(isKmpAcknowledge(bytesOf('40'))).toBe(false);
  });

  it('drops a frame without end, and finds the next one', () => {
    const endless = new Uint8Array(KMP_LIMIT).fill(0x55);
    endless[0] = 0x40;
    const { pieces } = split(scanKmp, KMP_LIMIT, [endless, good[0]!.wire]);
    expect(pieces).toEqual([`frame/overlong ${hexOf(endless)}`, `frame ${hexOf(good[0]!.wire)}`]);
  });
});
