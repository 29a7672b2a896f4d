import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/hm.json' with { type: 'json' };
import { bytesOf, hexOf } from '../codec/index.ts';
import { decodeHm, encodeHm, HM_MAX_LENGTH, hmScanner } from './hm.ts';
import { FrameSplitter } from './splitter.ts';
import { cutAt, forgetful, inChunks, split } from './stream.fixture.ts';

const good = vectors.filter(({ error }) => error === undefined);
const plain = good.filter(({ want }) => want?.tag === null);

describe('HM frame', () => {
  it.each(good)('reads and writes $name', ({ bytes, want }) => {
    const wire = bytesOf(bytes);
    const frame = decodeHm(wire);
    const { extended, payload, tag } = frame;
    expect({
      ...frame,
      payload: hexOf(payload),
      tag: tag && hexOf(tag),
      extended: extended && { ...extended, serial: String(extended.serial) },
    }).toEqual(want);
    expect(encodeHm(frame)).toEqual(wire);
  });

  it.each(vectors.filter(({ error }) => error))('refuses $name: $error', ({ bytes, error }) => {
    expect(() => decodeHm(bytesOf(bytes))).toThrow(expect.objectContaining({ code: error }));
  });

  it('refuses each single-bit error in its payload or its CRC', () => {
    const wire = bytesOf(vectors[0]!.bytes);
    for (let bit = 6 * 8; bit < wire.length * 8; bit++) {
      if (bit >= 8 * 8 && bit < 10 * 8) continue; // the length has no check of its own
      const damaged = wire.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeHm(damaged)).toThrow(expect.objectContaining({ code: 'frame/checksum' }));
    }
  });
});

describe('a stream of HM frames', () => {
  const noise = bytesOf('0000ff48 00 4848');
  const stream = Uint8Array.from([...noise, ...plain.flatMap(({ bytes }) => [...bytesOf(bytes)])]);

  it.each([1, 2, 3, 7, 11, stream.length])('gives the same frames in chunks of %i bytes', (size) => {
    const { pieces } = split(hmScanner(), HM_MAX_LENGTH, inChunks(stream, size));
    const frames = pieces.filter((piece) => piece.startsWith('frame '));
    expect(frames).toEqual(plain.map(({ bytes }) => `frame ${hexOf(bytesOf(bytes))}`));
  });

  it('is cut alike whatever the chunks and hints', () => {
    const byte = fc.oneof(fc.constantFrom(0x48, 0x4d, 0, 0x0a, 0xa2), fc.nat(255));
    const part = fc.oneof(
      fc.constantFrom(...plain.map(({ bytes }) => [...bytesOf(bytes)])),
      fc.array(byte, { maxLength: 20 }),
    );
    const parts = fc.array(part, { maxLength: 12 }).map((all) => Uint8Array.from(all.flat()));
    fc.assert(
      fc.property(parts, fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }), (bytes, sizes) => {
        const frames = (chunks: readonly Uint8Array[], scan = hmScanner()) =>
          split(scan, HM_MAX_LENGTH, chunks).pieces.filter((piece) => piece.startsWith('frame '));
        const whole = frames([bytes]);
        expect(frames(cutAt(bytes, sizes))).toEqual(whole);
        expect(frames(cutAt(bytes, sizes), forgetful(hmScanner()))).toEqual(whole);
      }),
    );
  });

  it('waits for the rest of every prefix of a frame', () => {
    const wire = bytesOf(vectors[0]!.bytes);
    for (let length = 1; length < wire.length; length++)
      expect(hmScanner()(wire.subarray(0, length), 0, 'open').kind).toBe('more');
  });

  it('waits for the tag where a command is encrypted', () => {
    const splitter = new FrameSplitter(
      hmScanner((command) => command === 0xa211),
      HM_MAX_LENGTH,
    );
    const sealed = bytesOf(good.find(({ want }) => want?.tag)!.bytes);
    expect(splitter.push(sealed.subarray(0, -1))).toEqual([]);
    expect(splitter.push(sealed.subarray(-1)).map(({ bytes }) => hexOf(bytes))).toEqual([hexOf(sealed)]);
  });

  it('finds the frame behind one that was cut, or that says it is longer than it is', () => {
    const whole = bytesOf(vectors[0]!.bytes);
    const longer = whole.slice();
    longer[9]! += 8;
    for (const damaged of [
      whole.subarray(0, 15),
      longer,
      ...(whole.length > 21 ? [whole.subarray(0, 21)] : []),
    ]) {
      const splitter = new FrameSplitter(hmScanner(), HM_MAX_LENGTH);
      const found = [...splitter.push(damaged), ...splitter.push(whole), ...splitter.push(whole)];
      expect(found.map(({ error }) => error)).toEqual(['frame/checksum', null, null]);
      expect(hexOf(found[1]!.bytes)).toBe(hexOf(whole));
    }
  });

  it('drops a damaged frame by its length if the next one begins there, whatever is in it', () => {
    const whole = bytesOf(vectors[0]!.bytes);
    const damaged = bytesOf('484da211000100000014 484da2110002ffff0014');
    const splitter = new FrameSplitter(hmScanner(), HM_MAX_LENGTH);
    const found = splitter.push(Uint8Array.from([...damaged, ...whole]));
    expect(found.map(({ error }) => error)).toEqual(['frame/checksum', null]);
  });

  it('does not take a header in a damaged frame for one that is longer than any', () => {
    const whole = bytesOf(vectors[0]!.bytes);
    const damaged = bytesOf('484da211000100000014 484da211000212342000');
    const splitter = new FrameSplitter(hmScanner(), HM_MAX_LENGTH);
    const found = [...splitter.push(Uint8Array.from([...damaged, 0])), ...splitter.push(whole)];
    expect(found.map(({ error }) => error)).toEqual(['frame/checksum', 'frame/foreign', null]);
  });

  it('drops a frame that never ends and finds the next', () => {
    const endless = bytesOf('484d a211 0001 0000 4000');
    const splitter = new FrameSplitter(hmScanner(), 64);
    expect(splitter.push(endless)).toEqual([]);
    const found = [...splitter.end(), ...splitter.push(stream.subarray(noise.length))];
    expect(found.map(({ error }) => error)).toEqual(['frame/truncated', ...plain.map(() => null)]);
  });
});
