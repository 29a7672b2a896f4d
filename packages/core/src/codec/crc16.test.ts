import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/crc.json' with { type: 'json' };
import { bytesOf } from './bytes.ts';
import { CRC16, type Crc16, crc16, uncrc16 } from './crc16.ts';

const variants = Object.entries(CRC16);

function variantOf(name: string): Crc16 {
  return variants.find(([key]) => key === name)![1];
}

/** One byte at a time, from the table's first part alone. */
function bytewise(bytes: Uint8Array, { init, reflected, table }: Crc16): number {
  return bytes.reduce(
    (crc, byte) =>
      reflected
        ? (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!
        : ((crc << 8) & 0xffff) ^ table[(crc >>> 8) ^ byte]!,
    init,
  );
}

describe('CRC-16', () => {
  it.each(vectors)('$variant of $name is $crc', ({ variant, bytes, crc }) => {
    expect(crc16(bytesOf(bytes), variantOf(variant))).toBe(Number.parseInt(crc, 16));
  });

  it.each(variants)('%s: eight bytes at a step give the same as one at a time', (_name, variant) => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        expect(crc16(bytes, variant)).toBe(bytewise(bytes, variant));
      }),
    );
  });

  it.each(variants)('%s: a range gives the same as the bytes cut out', (_name, variant) => {
    const ranges = fc.uint8Array({ maxLength: 60 }).chain((bytes) => {
      const bound = fc.nat(bytes.length);
      return fc.tuple(fc.constant(bytes), bound, bound);
    });
    fc.assert(
      fc.property(ranges, ([bytes, a, b]) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b)];
        expect(crc16(bytes, variant, from, to)).toBe(crc16(bytes.slice(from, to), variant));
      }),
    );
  });

  it.each(variants.filter(([, { reflected }]) => reflected))(
    '%s: taking bytes out again leads back to the start',
    (_name, variant) => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
          let crc = crc16(bytes, variant);
          for (let at = bytes.length - 1; at >= 0; at--) {
            crc = uncrc16(crc, bytes[at]!, variant);
            expect(crc).toBe(crc16(bytes, variant, 0, at));
          }
          expect(crc).toBe(variant.init);
        }),
      );
    },
  );
});
