import { latin1Bytes } from '@meterbridge/core/codec';
import { formatInstant } from '@meterbridge/core/model';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { meterClock, parseTime } from './timestamp.ts';

function timeOf(text: string, timezone = 'Europe/Amsterdam'): string | null {
  // What stands around it must not matter.
  const bytes = latin1Bytes(`(${text})9`);
  const instant = parseTime(bytes, 1, bytes.length - 2, meterClock(timezone));
  return instant && formatInstant(instant);
}

describe('a telegram time', () => {
  it.each([
    ['260131130500W', '2026-01-31T13:05:00+01:00'],
    ['260731130500S', '2026-07-31T13:05:00+02:00'],
    ['240229000000W', '2024-02-29T00:00:00+01:00'],
    ['991231235959W', '1999-12-31T23:59:59+01:00'],
    ['700101010000W', '1970-01-01T01:00:00+01:00'],
    ['690101000000W', '2069-01-01T00:00:00+01:00'],
    ['000101000000W', '2000-01-01T00:00:00+01:00'],
  ])('%s is %s', (text, iso) => {
    expect(timeOf(text)).toBe(iso);
  });

  it.each([
    ['winter time in July, as Swedish meters send', '260731130500W', '2026-07-31T13:05:00+01:00'],
    ['summer time in February', '260228130500S', '2026-02-28T13:05:00+02:00'],
    ['the first of a double hour', '261025023000S', '2026-10-25T02:30:00+02:00'],
    ['the second of a double hour', '261025023000W', '2026-10-25T02:30:00+01:00'],
    ['a letter in lower case', '260731130500s', '2026-07-31T13:05:00+02:00'],
  ])('takes the letter at its word: %s', (_what, text, iso) => {
    expect(timeOf(text)).toBe(iso);
  });

  it.each([
    ['winter', '260131130500', '2026-01-31T13:05:00+01:00'],
    ['summer', '260731130500', '2026-07-31T13:05:00+02:00'],
    ['the last second before summer time', '260329015959', '2026-03-29T01:59:59+01:00'],
    ['an hour that summer time leaves out', '260329023000', '2026-03-29T02:30:00+01:00'],
    ['the first second of summer time', '260329030000', '2026-03-29T03:00:00+02:00'],
    ['the last second before the double hour', '261025015959', '2026-10-25T01:59:59+02:00'],
    ['an hour that comes twice', '261025023000', '2026-10-25T02:30:00+01:00'],
    ['the first second behind the double hour', '261025030000', '2026-10-25T03:00:00+01:00'],
  ])('without letter is local time: %s', (_what, text, iso) => {
    expect(timeOf(text)).toBe(iso);
  });

  it.each([
    ['Europe/Vilnius', '260731130500W', '2026-07-31T13:05:00+02:00'],
    ['Europe/Helsinki', '260731130500', '2026-07-31T13:05:00+03:00'],
    ['Europe/Dublin', '260131130500W', '2026-01-31T13:05:00+00:00'],
    ['Asia/Jerusalem', '260731130500S', '2026-07-31T13:05:00+03:00'],
    ['America/St_Johns', '260131130500W', '2026-01-31T13:05:00-03:30'],
    ['UTC', '260131130500', '2026-01-31T13:05:00+00:00'],
  ])('in %s, %s is %s', (timezone, text, iso) => {
    expect(timeOf(text, timezone)).toBe(iso);
  });

  it.each([
    '632525252525W',
    '000000000000W',
    '250000000000W',
    '260001000000W',
    '261301000000W',
    '260132000000W',
    '250229000000W',
    '260431000000W',
    '260131240000W',
    '260131006000W',
    '260131000060W',
    '260131130500X',
    '260131130500WW',
    '26013113050W',
    '26013113050',
    '',
    'W',
    '2601311305 0W',
    '26013113050:W',
    '-60131130500W',
  ])('%s is impossible', (text) => {
    expect(timeOf(text)).toBeNull();
  });

  it('is the date that the calendar has, on every day that two digits can name', () => {
    const digits = fc.tuple(
      fc.integer({ min: 0, max: 99 }),
      fc.integer({ min: 0, max: 13 }),
      fc.integer({ min: 0, max: 32 }),
    );
    fc.assert(
      fc.property(digits, ([year, month, day]) => {
        const text = [year, month, day, 12, 34, 56].map((value) => String(value).padStart(2, '0')).join('');
        const fullYear = year + (year < 70 ? 2000 : 1900);
        const date = new Date(Date.UTC(fullYear, month - 1, day, 12, 34, 56));
        const exists =
          date.getUTCFullYear() === fullYear && date.getUTCMonth() === month - 1 && date.getUTCDate() === day;
        expect(timeOf(`${text}W`, 'UTC')).toBe(exists ? date.toISOString().replace('.000Z', '+00:00') : null);
      }),
    );
  });
});

describe('a meter clock', () => {
  it('shows the same whatever it was asked before', () => {
    const clock = meterClock('Europe/Amsterdam');
    const hours = fc.array(fc.integer({ min: 0, max: 24 * 365 * 2 }), { maxLength: 10 });
    fc.assert(
      fc.property(hours, (asked) => {
        for (const hour of asked) {
          const localMs = Date.UTC(2025, 0, 1) + hour * 3_600_000;
          expect(clock.offsetAt(localMs)).toBe(meterClock('Europe/Amsterdam').offsetAt(localMs));
        }
      }),
      { numRuns: 20 },
    );
  });

  it('knows no zone that there is not', () => {
    expect(() => meterClock('Nowhere/Land')).toThrow(RangeError);
  });
});
