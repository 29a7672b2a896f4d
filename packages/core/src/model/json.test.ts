import { describe, expect, it } from 'vitest';
import { Decimal } from '../codec/index.ts';
import { formatInstant } from './instant.ts';
import { valueToJson, valueToText } from './json.ts';

const noon = { epochMs: Date.UTC(2026, 0, 31, 12), offsetMinutes: 60 };

describe('a value', () => {
  it.each([
    [new Decimal(2300, 1), '230.0', '230.0'],
    [new Decimal(-5, 3), '-0.005', '-0.005'],
    [Decimal.parse('123456789012345678901.5'), '123456789012345678901.5', '123456789012345678901.5'],
    ['a "text"', '"a \\"text\\""', 'a "text"'],
    [true, 'true', 'true'],
    [null, 'null', 'null'],
    [noon, '"2026-01-31T13:00:00+01:00"', '2026-01-31T13:00:00+01:00'],
    [[], '[]', '[]'],
    [
      [{ timestamp: noon, value: new Decimal(939), unit: 's' }],
      '[{"timestamp":"2026-01-31T13:00:00+01:00","value":939,"unit":"s"}]',
      '[{"timestamp":"2026-01-31T13:00:00+01:00","value":939,"unit":"s"}]',
    ],
  ])('of case %# is told as JSON and as text', (value, json, text) => {
    expect(valueToJson(value)).toBe(json);
    expect(valueToText(value)).toBe(text);
  });
});

describe('an instant', () => {
  it.each([
    [Date.UTC(2026, 6, 1, 10, 0, 0), 120, '2026-07-01T12:00:00+02:00'],
    [Date.UTC(2026, 0, 1, 0, 0, 0), -210, '2025-12-31T20:30:00-03:30'],
    [Date.UTC(1970, 0, 1), 0, '1970-01-01T00:00:00+00:00'],
    [Date.UTC(2026, 0, 1, 0, 0, 0, 7), 0, '2026-01-01T00:00:00.007+00:00'],
  ])('%d with %d minutes is %s', (epochMs, offsetMinutes, text) => {
    expect(formatInstant({ epochMs, offsetMinutes })).toBe(text);
  });
});
