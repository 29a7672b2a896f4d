import { describe, expect, it } from 'vitest';
import { duration, timezone } from '../config/index.ts';
import { argument, keyArgument, listOf, tcpPlace, wholeNumber } from './arguments.ts';

describe('an argument', () => {
  it('is read as the configuration would', () => {
    expect(argument(duration)('90s')).toBe(90_000);
    expect(() => argument(timezone)('Nowhere/Land')).toThrow(
      'It must be a time zone such as Europe/Amsterdam',
    );
  });

  it('is a whole number of the range', () => {
    expect(wholeNumber()('0')).toBe(0);
    expect(wholeNumber(1, 250)('250')).toBe(250);
    expect(() => wholeNumber(1, 250)('251')).toThrow('It must be a whole number from 1 to 250.');
    expect(() => wholeNumber(1)('0')).toThrow('It must be a whole number, 1 or more.');
  });

  it.each(['', ' ', '-1', '1.5', '1e3', '0x10', 'x', '9007199254740993'])('%j is no whole number', (text) => {
    expect(() => wholeNumber()(text)).toThrow('It must be a whole number');
  });

  it('is a list of names that are known', () => {
    const parse = listOf(['crc', 'drop', 'noise']);
    expect(parse('noise, crc')).toEqual(['noise', 'crc']);
    expect(parse('none')).toEqual([]);
    expect(() => parse('crc,fire')).toThrow('"fire" is none of crc, drop, noise.');
    expect(() => parse('')).toThrow('is none of');
  });

  it('is a place to listen on', () => {
    expect(tcpPlace('tcp://[::1]:2001')).toMatchObject({ host: '::1', tcpPort: 2001 });
    expect(() => tcpPlace('/dev/ttyUSB0')).toThrow('tcp://');
    expect(() => tcpPlace('2001')).toThrow('tcp://');
  });

  it('is not shown if it is a key', () => {
    expect(keyArgument('--key')('000102030405060708090A0B0C0D0E0F')).toEqual(
      Uint8Array.from(Array(16).keys()),
    );
    expect(() => keyArgument('--key')('C0FFEE')).toThrow(/^--key must be a key of 32 hexadecimal digits$/);
  });
});
