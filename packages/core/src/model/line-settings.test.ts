import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatLine, parseLine } from './line-settings.ts';

it('writes and reads the usual lines', () => {
  const p1 = { baudRate: 115_200, dataBits: 8, parity: 'none', stopBits: 1 } as const;
  expect(formatLine(p1)).toBe('115200 8N1');
  expect(parseLine('115200 8N1')).toEqual(p1);
  expect(parseLine('9600 7e1')).toEqual({ baudRate: 9_600, dataBits: 7, parity: 'even', stopBits: 1 });
  expect(parseLine('1200 8N2')).toEqual({ baudRate: 1_200, dataBits: 8, parity: 'none', stopBits: 2 });
});

it('reads every line it writes', () => {
  const lines = fc.record({
    baudRate: fc.integer({ min: 50, max: 4_000_000 }),
    dataBits: fc.constantFrom(7 as const, 8 as const),
    parity: fc.constantFrom('none' as const, 'even' as const, 'odd' as const),
    stopBits: fc.constantFrom(1 as const, 2 as const),
  });
  const survives = fc.property(lines, (line) => {
    expect(parseLine(formatLine(line))).toEqual(line);
  });
  fc.assert(survives);
});

it.each([
  '',
  '115200',
  '8N1',
  '0 8N1',
  '9600 8X1',
  '9600 6N1',
  '9600 8N3',
  '9600 8N1 ',
  '-9600 8N1',
  '9600.5 8N1',
])('knows that "%s" is no line', (text) => {
  expect(parseLine(text)).toBeNull();
});
