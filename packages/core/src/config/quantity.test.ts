import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { duration, formatDuration, formatSize, size } from './quantity.ts';

describe('duration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
  ])('reads %s as %i ms', (text, ms) => {
    expect(duration.parse(text)).toBe(ms);
  });

  it.each([
    '',
    '0s',
    '30',
    '1.5h',
    '-5s',
    '30 s',
    '5M',
    '1h30m',
    's',
    '1e3s',
    '999999999d',
    '+5s',
    ' 5s',
    '5s\n',
    '٣s',
    30,
    null,
    true,
    ['5s'],
  ])('refuses %j and says what would be right', (value) => {
    const { error } = duration.safeParse(value);
    expect(error?.issues.map(({ message }) => message)).toEqual(['must be a duration such as 30s, 5m or 1h']);
  });

  it('writes the largest unit that divides it', () => {
    expect([500, 1000, 90_000, 120_000, 3_600_000, 172_800_000].map(formatDuration)).toEqual([
      '500ms',
      '1s',
      '90s',
      '2m',
      '1h',
      '2d',
    ]);
  });

  it('comes back the same from its text, whatever it is', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 99_999_999 }),
        fc.constantFrom('ms', 's', 'm', 'h', 'd'),
        (count, unit) => {
          const ms = duration.parse(`${count}${unit}`);
          expect(duration.parse(formatDuration(ms))).toBe(ms);
          expect(z.encode(duration, ms)).toBe(formatDuration(ms));
        },
      ),
    );
  });
});

describe('size', () => {
  it.each([
    ['50MB', 50_000_000],
    ['16KiB', 16_384],
    ['1kB', 1000],
    ['1KB', 1000],
    ['3MiB', 3_145_728],
    ['2GB', 2_000_000_000],
    ['1GiB', 1_073_741_824],
    ['7B', 7],
    ['512', 512],
    [512, 512],
  ])('reads %j as %i bytes', (value, bytes) => {
    expect(size.parse(value)).toBe(bytes);
  });

  it.each([
    '',
    '0',
    '0MB',
    '1.5MB',
    '-1',
    '10mb',
    '10 MB',
    '1TB',
    '9999999999999999GB',
    0,
    1.5,
    -1,
    Number.NaN,
    null,
    {},
  ])('refuses %j and says what would be right', (value) => {
    const { error } = size.safeParse(value);
    expect(error?.issues.map(({ message }) => message)).toEqual([
      'must be a size such as 10MB or 64KiB, or a number of bytes',
    ]);
  });

  it('writes the largest unit that divides it', () => {
    expect([1, 1000, 1024, 50_000_000, 16_384].map(formatSize)).toEqual([
      '1B',
      '1kB',
      '1KiB',
      '50MB',
      '16KiB',
    ]);
  });

  it('comes back the same from its text, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        expect(size.parse(formatSize(bytes))).toBe(bytes);
        expect(size.parse(bytes)).toBe(bytes);
      }),
    );
  });
});
