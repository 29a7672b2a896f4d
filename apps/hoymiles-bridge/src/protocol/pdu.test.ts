import { bytesOf, hexOf } from '@meterbridge/core/codec';
import { describe, expect, it } from 'vitest';
import { answerData } from './pdu.ts';

describe('an answer', () => {
  it.each([
    ['empty', '0310000014', '', 'frame/truncated'],
    ['only a function code', '0310000014', '03', 'frame/truncated'],
    ['an exception without its code', '0310000014', '83', 'frame/truncated'],
    ['the beginning of an echo', '05c0010032', '05', 'frame/truncated'],
    ['half of an echo', '05c0010032', '05c001', 'frame/truncated'],
    ['another echo', '05c0010032', '05c0010033', 'frame/unexpected'],
    ['the beginning of another echo', '05c0010032', '05c002', 'frame/unexpected'],
    ['of another function', '0310000014', '0400', 'frame/unexpected'],
    ['refused', '0310000014', '8302', 'meter/refused'],
    ['of a DTU without its inverters', '0310000014', '0300', 'meter/not-ready'],
    ['of newer firmware without its inverters', '034000007d', '0300', 'meter/not-ready'],
  ])('that is %s says so', (_what, request, answer, code) => {
    expect(() => answerData(bytesOf(request), bytesOf(answer))).toThrow(expect.objectContaining({ code }));
  });
});

describe('on/off and limits', () => {
  it.each([
    ['with a byte count of one byte', '01c0070002', '010400320064'],
    ['with one that is wrong', '01c0070002', '01ff00320064'],
    // As the vendor's note has it for RTU.
    ['with one of two bytes', '01c0070002', '01000400320064'],
    ['by function 2, with one of two bytes', '02c0070002', '02000400320064'],
  ])('are read %s', (_how, request, answer) => {
    expect(hexOf(answerData(bytesOf(request), bytesOf(answer)))).toBe('00320064');
  });

  it('are 16 bits each, or cut', () => {
    const cut = (): unknown => answerData(bytesOf('01c0070002'), bytesOf('0100040032'));
    expect(cut).toThrow(expect.objectContaining({ code: 'frame/truncated' }));
  });
});
