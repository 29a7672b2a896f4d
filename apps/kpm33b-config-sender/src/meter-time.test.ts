import { describe, expect, it } from 'vitest';
import { isTimeOfMeter, localTime } from './meter-time.ts';

describe('the time of a meter', () => {
  it.each(['20260601120000', '20050113170000', '20240229235959', '20991231000000'])('can be %s', (text) => {
    expect(isTimeOfMeter(text)).toBe(true);
  });

  it.each([
    '2026060112000',
    '202606011200000',
    '20261301120000',
    '20260001120000',
    '20260600120000',
    '20260229120000',
    '20260601240000',
    '20260601126000',
    '20260601120060',
    '2026-06-011200',
    '',
  ])('cannot be %j', (text) => {
    expect(isTimeOfMeter(text)).toBe(false);
  });

  it('is that of this machine, without a zone', () => {
    const noon = new Date(2026, 5, 1, 12, 0, 0);
    expect(localTime(noon)).toBe('20260601120000');
  });
});
