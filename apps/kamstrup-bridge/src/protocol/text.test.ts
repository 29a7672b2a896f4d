import { latin1Bytes } from '@meterbridge/core/codec';
import { describe, expect, it } from 'vitest';
import { programFormat } from './program.ts';
import { decodeReadout, findReadout } from './readout.ts';
import { decodeFields } from './standard-data.ts';

/** The check character by hand: the sum of these characters, in seven bits. */
function withCheck(data: string): string {
  const sum = [...data, '\x03'].reduce((all, character) => all + character.charCodeAt(0), 0);
  return `\x02${data}\x03${String.fromCharCode(sum % 128)}`;
}

const good = withCheck('0.0(00004615611)6.8(0012345*kWh)!\r\n');

describe('a read-out', () => {
  it('is read behind the echo of its request, and behind its ident', () => {
    expect(decodeReadout(latin1Bytes(`/?!\r\n/KAM0MC\r\n\x06000\r\n${good}`))).toMatchObject({
      ident: '/KAM0MC',
      customerNumber: '00004615611',
      values: [{ code: '6.8', unit: 'kWh' }],
    });
    expect(decodeReadout(latin1Bytes(`/?!\r\n${good}`))).toMatchObject({ ident: null });
  });

  it('is refused for each wrong bit, and as long as it is not whole', () => {
    const bytes = latin1Bytes(good);
    for (let bit = 8; bit < 8 * bytes.length; bit++) {
      // The eighth bit is the parity's.
      if (bit % 8 === 7) continue;
      const damaged = bytes.slice();
      damaged[bit >>> 3]! ^= 1 << (bit & 7);
      expect(decodeReadout(damaged), `bit ${bit}`).toBeNull();
    }
    for (let length = 0; length < bytes.length; length++)
      expect(findReadout(bytes.subarray(0, length))).toBeNull();
  });

  it('leaves out what is no number', () => {
    const readout = decodeReadout(latin1Bytes(withCheck('0.0(1)6.8(12-4*kWh)6.26()6.31(0007*h)!')));
    expect(readout?.values.map(({ code }) => code)).toEqual(['6.31']);
  });
});

describe('fields of seven digits', () => {
  const fields = (text: string, count: number, first?: number) =>
    decodeFields(latin1Bytes(text), count, first);

  it.each([
    ['0000001 0000002\r', 2, undefined, ['0000001', '0000002']],
    ['/#2\r0000001 0000002\r', 2, undefined, ['0000001', '0000002']],
    ['xx0000001 0000002\r', 2, undefined, ['0000001', '0000002']],
    ['00004615611 0000002\r', 2, 11, ['00004615611', '0000002']],
    ['0000001 0000002', 2, undefined, null],
    ['0000001 000002\r', 2, undefined, null],
    ['0000001 00000x2\r', 2, undefined, null],
    ['\r', 2, undefined, null],
  ])('%j are %j', (text, count, first, wanted) => expect(fields(text, count, first)).toEqual(wanted));
});

describe('a program number', () => {
  it.each([
    ['0043419', null],
    ['0043119', { flow: ['L/h', 0], power: ['kW', 1] }],
    ['0043158', { flow: ['m³/h', 2], power: ['kW', 0] }],
    ['0043182', { flow: ['m³/h', 1], power: ['MW', 2] }],
    ['0043008', { flow: ['m³/h', 0], power: ['MW', 1] }],
  ])('%s tells how flow and power are written', (program, format) =>
    expect(programFormat(program)).toEqual(format),
  );
});
