import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/mbus.json' with { type: 'json' };
import { bytesOf, hexOf } from '../codec/index.ts';
import { decodeMbus, encodeMbus, MBUS_LIMIT, mbusFault, mbusLengthAt, scanMbus } from './mbus.ts';
import { cutAt, forgetful, inChunks, split } from './stream.fixture.ts';

const good = vectors.filter(({ error }) => !error).map(({ bytes }) => bytesOf(bytes));
const noisy = Uint8Array.from([0xfd, 0x00, ...good.flatMap((frame) => [...frame, 0xa5]), 0x68, 0x68]);

describe('M-Bus frame', () => {
  for (const { name, bytes, want, error, fault } of vectors) {
    it(error ? `refuses ${name}: ${fault}` : `reads and writes ${name}`, () => {
      const wire = bytesOf(bytes);
      expect(mbusFault(wire)).toBe(fault ?? null);
      if (error) {
        expect(() => decodeMbus(wire)).toThrow(expect.objectContaining({ code: error, facts: { fault } }));
        return;
      }
      const frame = decodeMbus(wire);
      expect('data' in frame ? { ...frame, data: hexOf(frame.data) } : frame).toEqual(want);
      expect(encodeMbus(frame)).toEqual(wire);
      expect(mbusLengthAt(wire, 0)).toBe(wire.length);
    });
  }

  it('takes 252 bytes of data and no more', () => {
    const frame = { type: 'long', c: 8, a: 1, ci: 0x72, data: new Uint8Array(252).fill(0x16) } as const;
    const wire = encodeMbus(frame);
    expect(wire).toHaveLength(MBUS_LIMIT);
    expect(decodeMbus(wire)).toEqual(frame);
    expect(() => encodeMbus({ ...frame, data: new Uint8Array(253) })).toThrow(RangeError);
  });

  it('with any single bit changed is refused', () => {
    for (const frame of good.filter(({ length }) => length > 1)) {
      for (let bit = 0; bit < 8 * frame.length; bit++) {
        const damaged = frame.slice();
        damaged[bit >> 3]! ^= 1 << (bit & 7);
        expect(mbusFault(damaged), `${hexOf(damaged)}`).not.toBeNull();
      }
    }
  });
});

describe('M-Bus stream', () => {
  const expected = good.map((frame) => `frame ${hexOf(frame)}`);

  it.each([1, 2, 3, 7, noisy.length])('finds the same frames in chunks of %i bytes', (size) => {
    const { pieces, discarded } = split(scanMbus, MBUS_LIMIT, inChunks(noisy, size));
    expect(pieces.filter((piece) => piece.startsWith('frame '))).toEqual(expected);
    expect(discarded).toBe(2 + good.length + 2);
  });

  it('waits for the rest of every cut frame', () => {
    for (const frame of good) {
      for (let length = 1; length < frame.length; length++) {
        expect(scanMbus(frame.subarray(0, length), 0, 'open').kind).toBe('more');
      }
    }
  });

  it('finds the frame behind one that never ends', () => {
    const stuck = bytesOf('68 FF FF 68 08 01 72');
    const { pieces } = split(scanMbus, MBUS_LIMIT, [stuck, good[4]!]);
    expect(pieces).toContain(`frame ${hexOf(good[4]!)}`);
    expect(pieces[0]).toBe('frame/truncated 68ffff');
  });

  it('decides the same however it is cut, and whatever the scanner is told', () => {
    const part = fc.oneof(
      fc.constantFrom(...good),
      fc.tuple(fc.constantFrom(...good), fc.nat(16)).map(([frame, to]) => frame.slice(0, to)),
      fc.uint8Array({ maxLength: 6 }),
    );
    const stream = fc
      .array(part, { maxLength: 12 })
      .map((parts) => Uint8Array.from(parts.flatMap((one) => [...one])));
    fc.assert(
      fc.property(
        stream,
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 }),
        (bytes, sizes) => {
          const whole = split(scanMbus, MBUS_LIMIT, [bytes]);
          expect(split(scanMbus, MBUS_LIMIT, cutAt(bytes, sizes)).pieces.filter(isFrame)).toEqual(
            whole.pieces.filter(isFrame),
          );
          expect(split(forgetful(scanMbus), MBUS_LIMIT, [bytes])).toEqual(whole);
        },
      ),
    );
  });
});

function isFrame(piece: string): boolean {
  return piece.startsWith('frame ');
}
