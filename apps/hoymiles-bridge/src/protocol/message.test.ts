import { readFileSync } from 'node:fs';
import { bytesOf, hexOf } from '@meterbridge/core/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compile } from '../../proto/compile.ts';
import { decodeAs, decodeMessage, encodeMessage, rawMessage } from './message.ts';

describe('what is made of the .proto files', () => {
  it.each(Object.entries(compile()))('is up to date: %s', (path, text) => {
    expect(readFileSync(path, 'utf8')).toBe(text);
  });
});

describe('a message', () => {
  it('is written in ascending order and without defaults', () => {
    const bytes = encodeMessage('Command', { serials: [0x1412a0123456], action: 7, time: 1, packages: 0 });
    expect(hexOf(bytes)).toBe('080110074a07d6e8c880aa8205');
  });

  it.each([
    // A clock that was never set may stand before 1970 (int32 as 10 bytes), and one day stands behind 2038.
    ['before 1970', '10fbffffffffffffffff01', -5],
    ['behind 2038', '1080b09a9008', 2_181_470_208],
    ['in milliseconds', '1080fcffffff31', 1_717_986_917_888],
  ])('holds a time %s', (_what, hex, time) => {
    expect(decodeMessage('RealDataNew', bytesOf(hex)).fields.time).toBe(time);
  });

  it('may hold an inner message twice: the later one adds to the first', () => {
    const { fields } = decodeMessage('AppInfo', bytesOf('4202 1001 4202 1802'));
    expect(fields.dtu).toMatchObject({ software: 1, hardware: 2 });
  });

  it.each([
    ['a list in one piece', '2a020102'],
    ['a list in single items', '28012802'],
    ['both together', '2a01012802'],
  ])('holds %s', (_what, hex) => {
    expect(decodeMessage('AutoSearch', bytesOf(hex)).fields.serials).toEqual([1, 2]);
  });

  it.each([
    ['field number 0', '0001'],
    ['wire type 6', '0e01'],
    ['wire type 7', '0f01'],
    ['a text beyond the end', '0a7f616263'],
    ['a number without end', '10ffffffffffffffffffffff'],
    ['a group that is never closed', '7b'],
    ['the end of a group that never began', '7c'],
    ['a text that is not UTF-8', '0a02c328'],
  ])('is refused with %s', (_what, hex) => {
    expect(() => decodeMessage('RealDataNew', bytesOf(hex))).toThrow(
      expect.objectContaining({ code: 'frame/malformed' }),
    );
  });

  it('is taken for the layout that knows most of its fields', () => {
    expect(decodeAs(['WarnList', 'WarnListOld'], bytesOf('1801 3202 1001')).name).toBe('WarnList');
    expect(decodeAs(['WarnList', 'WarnListOld'], bytesOf('1a02 1001')).name).toBe('WarnListOld');
  });

  it('never throws anything but its error, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          decodeMessage('RealDataNew', bytes);
        } catch (thrown) {
          expect(thrown).toMatchObject({ code: 'frame/malformed' });
        }
      }),
    );
  });

  it('of which nothing is known is told by its wire types', () => {
    const bytes = '0a0c343330313030303030303031 10e4c7d6be06 1a022801 1801 2501000000 290200000000000000';
    expect(rawMessage(bytesOf(bytes))).toEqual({
      1: '430100000001',
      2: 1_742_054_372,
      3: [{ hex: '2801' }, 1],
      4: 1,
      5: 2,
    });
    expect(() => rawMessage(bytesOf('0a05'))).toThrow(expect.objectContaining({ code: 'frame/malformed' }));
  });

  it('tells raw fields that are on the wire only', () => {
    const { raw } = decodeMessage('RealDataNew', encodeMessage('RealDataNew', { dtuSerial: '4143A0123456' }));
    expect(raw).toEqual({ 1: '4143A0123456' });
  });
});
