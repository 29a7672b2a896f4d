import { latin1Bytes } from '@meterbridge/core/codec';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMessage, parseOctets, parseText, type Quantity, readQuantity } from './value.ts';

const hex = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();

describe('a quantity', () => {
  function quantityOf(text: string, expected: string | null = null): readonly [string, string | null] | null {
    const found: Quantity = { value: null, unit: null };
    const bytes = latin1Bytes(`x${text}\r\n`);
    const end = readQuantity(bytes, 1, bytes.length, expected, found);
    return end === text.length + 1 ? [String(found.value), found.unit] : null;
  }

  it.each([
    ['(001234.567*kWh)', '1234.567', 'kWh'],
    ['(00.000*kW)', '0.000', 'kW'],
    ['(-03.618*kW)', '-3.618', 'kW'],
    ['(-00.000*kW)', '0.000', 'kW'],
    ['(230.0*V)', '230.0', 'V'],
    ['(0.48*A)', '0.48', 'A'],
    ['(00052185.7825309*kWh)', '52185.7825309', 'kWh'],
    ['(12345678.123*kWh)', '12345678.123', 'kWh'],
    ['(4294967295*s)', '4294967295', 's'],
    ['(12345678901234567890.5*Wh)', '12345678901234567890.5', 'Wh'],
    ['(-12345678901234567890.5*Wh)', '-12345678901234567890.5', 'Wh'],
    ['(00005)', '5', null],
    ['(7*furlong)', '7', 'furlong'],
    ['(7*m\u00b3)', '7', 'm3'],
  ])('%s is %s %s, whatever unit is expected', (text, value, unit) => {
    for (const expected of [null, 'kWh', 'kW', unit])
      expect(quantityOf(text, expected)).toEqual([value, unit]);
  });

  it.each([
    '',
    '(',
    '()',
    '(-)',
    '(.)',
    '(1.)',
    '(.5)',
    '(1,5*kW)',
    '(1e3)',
    '(+1)',
    '( 1)',
    '(1 )',
    '(1*)',
    '(1kW)',
    '(--1)',
    '(1.2.3)',
    '(1*kW',
    '(1*k(W)',
    '(1*k\nW)',
    '1*kW)',
    '(abc)',
    '((1))',
    '(1-2)',
  ])('"%s" is none', (text) => {
    for (const expected of [null, 'kW']) expect(quantityOf(text, expected)).toBeNull();
  });

  it('ends at its bracket, whatever follows', () => {
    const found: Quantity = { value: null, unit: null };
    expect(readQuantity(latin1Bytes('(1*kW)(2*kW)'), 0, 12, 'kW', found)).toBe(6);
    expect(readQuantity(latin1Bytes('(1*kW)(2*kW)'), 6, 12, 'kW', found)).toBe(12);
    expect(String(found.value)).toBe('2');
  });

  it('keeps every digit', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[1-9][0-9]{0,20}(\.[0-9]{1,20})?$/), (text) => {
        expect(quantityOf(`(${text})`)).toEqual([text, null]);
      }),
    );
  });
});

describe('an octet string', () => {
  const octetsOf = (text: string): string | null => {
    const bytes = latin1Bytes(`(${text})`);
    return parseOctets(bytes, 1, bytes.length - 1);
  };

  it.each([
    ['3232323241424344313233343536373839', '2222ABCD123456789'],
    ['4b38473030343034', 'K8G00404'],
    [hex('Zähler 5 ☺'), 'Zähler 5 ☺'],
    ['', null],
  ])('%s is %s', (text, value) => {
    expect(octetsOf(text)).toBe(value);
  });

  it.each(['414200', '4142FFFF', '41422020', '414200FF20'])('%s stands for AB and padding', (text) => {
    expect(octetsOf(text)).toBe('AB');
  });

  it.each(['FFFF', 'FF', '2020', '20FF00'])('%s stands for nothing', (text) => {
    expect(octetsOf(text)).toBeNull();
  });

  it.each([
    ['of an odd number of digits', '41424'],
    ['that is plain', 'SAG1030700089067'],
    ['of control characters', '0102'],
    ['with a control character inside', '410042'],
    ['of bytes that are no UTF-8', '41C3'],
    ['of C1 controls', 'C285'],
    ['of zeros alone', '0000'],
  ])('a text %s stays as it stands', (_what, text) => {
    expect(octetsOf(text)).toBe(text);
  });

  it('gives any readable text back', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 30 }), (text) => {
        // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is not readable
        fc.pre(!/[\u0000-\u001f\u007f-\u009f]/.test(text) && !text.endsWith(' '));
        expect(octetsOf(hex(text))).toBe(text);
      }),
    );
  });
});

describe('a text', () => {
  const bytes = latin1Bytes('(0002)()(000000)(48690000)');

  it('is taken as it stands; none is null', () => {
    expect(parseText(bytes, 1, 5)).toBe('0002');
    expect(parseText(bytes, 7, 7)).toBeNull();
  });

  it('is no message if it is nothing but zeros', () => {
    expect(parseMessage(bytes, 9, 15)).toBeNull();
    expect(parseMessage(bytes, 17, 25)).toBe('Hi');
  });
});
