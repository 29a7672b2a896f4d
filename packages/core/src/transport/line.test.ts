import { describe, expect, it } from 'vitest';
import { formatLine, parseLine } from './line.ts';

describe('line settings', () => {
  it.each(['115200 8N1', '9600 7E1', '1200 8N2', '300 7O1'])('%s is read and written', (text) => {
    expect(formatLine(parseLine(text)!)).toBe(text);
  });

  it.each([
    '',
    '8N1',
    '115200',
    '115200 9N1',
    '115200 8X1',
    '115200 8N3',
    '0 8N1',
    '115200  8N1 x',
    '-1 8N1',
  ])('"%s" is none', (text) => {
    expect(parseLine(text)).toBeNull();
  });
});
