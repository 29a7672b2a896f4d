import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bytesOf, hexDigit, hexOf, i16, latin1, latin1Bytes, textOf, u16, u32, u48, utf8 } from './bytes.ts';

describe('hexadecimal text', () => {
  it('takes both cases and white space', () => {
    expect(bytesOf(' 0a FF\n10 ')).toEqual(Uint8Array.of(10, 255, 16));
  });

  it.each(['0', '0g', '0x10', 'ä0'])('%s is refused', (text) => {
    expect(() => bytesOf(text)).toThrow(expect.objectContaining({ code: 'frame/malformed' }));
  });

  it('is written in lower case, with a separator if one is wanted', () => {
    expect(hexOf(Uint8Array.of(0, 171))).toBe('00ab');
    expect(hexOf(Uint8Array.of(0, 171), ' ')).toBe('00 ab');
  });

  it('gives the bytes back that it was made of', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(bytesOf(hexOf(bytes))).toEqual(bytes);
      }),
    );
  });

  it('has sixteen digits in two cases', () => {
    const values = Array.from({ length: 256 }, (_, byte) => hexDigit(byte));
    expect(values.filter((value) => value >= 0)).toHaveLength(22);
    for (const digit of '0123456789abcdefABCDEF')
      expect(hexDigit(digit.charCodeAt(0))).toBe(Number.parseInt(digit, 16));
  });
});

describe('a number in bytes, high byte first', () => {
  it('is what a view of the same bytes tells', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 7, maxLength: 7 }), (bytes) => {
        const view = new DataView(bytes.buffer, bytes.byteOffset);
        expect(u16(bytes, 1)).toBe(view.getUint16(1));
        expect(i16(bytes, 1)).toBe(view.getInt16(1));
        expect(u32(bytes, 1)).toBe(view.getUint32(1));
        expect(u48(bytes, 1)).toBe(Number.parseInt(hexOf(bytes.subarray(1)), 16));
      }),
    );
  });
});

describe('Latin-1', () => {
  it('has a character for each byte', () => {
    const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    expect([...latin1(all)].map((character) => character.charCodeAt(0))).toEqual([...all]);
    expect(latin1Bytes(latin1(all))).toEqual(all);
  });

  it('is read from a range', () => {
    expect(latin1(latin1Bytes('abcdef'), 2, 4)).toBe('cd');
    expect(latin1(latin1Bytes('abc'), 3)).toBe('');
  });

  it('is read whatever the length', () => {
    const text = 'abcdefg'.repeat(100_000);
    expect(latin1(latin1Bytes(text))).toBe(text);
    expect(textOf([0x263a])).toBe('☺');
  });
});

describe('UTF-8', () => {
  it.each([
    ['', ''],
    ['6d c2 b3', 'm³'],
    ['e2 82 ac', '€'],
    ['f0 9f 94 8c', '🔌'],
    ['25 34 31', '%41'],
  ])('%s is read', (hex, text) => {
    expect(utf8(bytesOf(hex))).toBe(text);
  });

  it.each([
    ['a lone continuation', 'b3'],
    ['a cut sequence', 'e2 82'],
    ['an overlong form', 'c0 af'],
    ['a surrogate', 'ed a0 80'],
    ['more than Unicode has', 'f4 90 80 80'],
  ])('%s is refused', (_what, hex) => {
    expect(utf8(bytesOf(hex))).toBeNull();
  });

  it('agrees with the decoder of the platform on any bytes', () => {
    const platform = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        let wanted: string | null = null;
        try {
          wanted = platform.decode(bytes);
        } catch {}
        expect(utf8(bytes)).toBe(wanted);
      }),
    );
  });
});
