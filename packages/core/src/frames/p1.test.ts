import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/p1.json' with { type: 'json' };
import { latin1, latin1Bytes } from '../codec/index.ts';
import { decodeP1, encodeP1, isWholeP1, p1Crc } from './p1.ts';

describe('P1 telegram', () => {
  it.each(vectors)('reads and writes $name', ({ header, lines, crc }) => {
    const body = `\r\n${lines.map((line) => `${line}\r\n`).join('')}`;
    const wire = `/${header}\r\n${body}!${crc}\r\n`;
    expect(latin1(encodeP1(header, lines))).toBe(wire);
    const frame = decodeP1(latin1Bytes(wire));
    expect(frame.header).toBe(header);
    expect(latin1(frame.bytes, frame.bodyStart, frame.bodyEnd)).toBe(body);
    expect(frame.crcText).toBe(crc);
    expect(p1Crc(frame)).toBe(Number.parseInt(crc, 16));
  });

  it.each([
    ['without CRC', '/ABC5x\r\n\r\n1-0:1.8.1(1*kWh)\r\n!\r\n', null],
    ['with bare line feeds', '/ABC5x\n\n1-0:1.8.1(1*kWh)\n!12ab\n', '12ab'],
    ['with a zero dropped from its CRC', '/ABC5x\r\n\r\n1-0:1.8.1(1*kWh)\r\n!B9F\r\n', 'B9F'],
    ['with a NUL at its end', '/ABC5x\r\n\r\n1-0:1.8.1(1*kWh)\r\n!1234\0\r\n', '1234'],
    ['cut behind its CRC', '/ABC5x\r\n\r\n1-0:1.8.1(1*kWh)\r\n!1234', '1234'],
  ])('is read %s', (_how, wire, crcText) => {
    const frame = decodeP1(latin1Bytes(wire));
    expect(frame).toMatchObject({ header: 'ABC5x', crcText });
    expect(latin1(frame.bytes, frame.bodyStart, frame.bodyEnd).trim()).toBe('1-0:1.8.1(1*kWh)');
  });

  it('reaches to the last byte if it has no end line', () => {
    const frame = decodeP1(latin1Bytes('/ABC5x\r\n1-0:1.8.1(1*kWh)\r\n0-0:96.13.0(no!)\r\n'));
    expect(frame).toMatchObject({ crcText: null, bodyEnd: frame.bytes.length });
  });

  it.each(['', '/ABC5x', 'ABC5x\r\n', '\n/ABC5x\r\n'])('is refused if its header line is "%s"', (text) => {
    expect(() => decodeP1(latin1Bytes(text))).toThrow(expect.objectContaining({ code: 'frame/malformed' }));
  });

  it.each([
    ['1-0:1.8.1(1*kWh)\r\n1-0:1.8.1*255(1*kWh)\r\n0-0:96.13.0()\r\n', true],
    ['0-1:24.3.0(161107190000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(00001.001)\r\n', true],
    ['1-0:1.8.1(1*kWh', false],
    ['1-0:1.8.1(1*kWh\r\n1-0:1.8.2(1*kWh)\r\n', false],
    ['1-0:2.7.0(0000.00*kW(\r\n', false],
    ['1-0:1.8.1(1*kWh)1-0:1.8.2(2*kWh)\r\n', false],
    ['1-0:1.8.1\r\n', false],
    ['\xb1-0:1.8.1(1*kWh)\r\n', false],
  ])('with the lines %j is whole: %s', (lines, isWhole) => {
    expect(isWholeP1(decodeP1(latin1Bytes(`/ABC5x\r\n\r\n${lines}!\r\n`)))).toBe(isWhole);
  });
});
