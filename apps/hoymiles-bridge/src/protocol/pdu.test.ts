import { bytesOf } from '@meterbridge/core/codec';
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
