import { describe, expect, it } from 'vitest';
import { latin1, latin1Bytes } from '../codec/index.ts';
import { decodeP1, encodeP1 } from './p1.ts';
import { type CrcPolicy, p1Scanner } from './p1-scanner.ts';
import { FrameSplitter } from './splitter.ts';
import { inChunks } from './stream.fixture.ts';

const LIMIT = 16_384;

/** Frames as text, losses as their error code, in the order they come. */
function find(stream: string, crc: CrcPolicy = 'if-present', limit = LIMIT): readonly string[] {
  const splitter = new FrameSplitter(p1Scanner(crc), limit);
  return [...splitter.push(latin1Bytes(stream)), ...splitter.end()].map(
    ({ error, bytes }) => error ?? latin1(bytes),
  );
}

function telegram(lines: readonly string[], header = 'ABC5\\2x'): string {
  return latin1(encodeP1(header, lines));
}

const LINES = [
  '1-3:0.2.8(50)',
  '0-0:1.0.0(260131130500W)',
  '1-0:1.8.1(001234.567*kWh)',
  '1-0:1.7.0(00.321*kW)',
];
const GOOD = telegram(LINES);
const OLD_LINES = ['0-0:96.1.1(4142)', '1-0:1.8.1(00185.000*kWh)', '1-0:1.8.2(00084.000*kWh)'];
/** DSMR 2.2 has no CRC. */
const OLD = `/ISk5\\2x\r\n\r\n${OLD_LINES.map((line) => `${line}\r\n`).join('')}!\r\n`;

const replaceCrc = (wire: string, crc: string): string => wire.replace(/![0-9A-F]{4}\r\n$/, `!${crc}\r\n`);
const crcOf = (wire: string): string => /!([0-9A-F]{4})\r\n$/.exec(wire)![1]!;

describe('a P1 stream', () => {
  it('gives the telegrams in it', () => {
    expect(find(`${GOOD}${OLD}${GOOD}`)).toEqual([GOOD, OLD, GOOD]);
    expect(find(`noise\r\n${GOOD}more noise /a\r\n!\r\n${GOOD}\0`)).toEqual([GOOD, GOOD]);
  });

  it('gives nothing for any beginning of a telegram', () => {
    for (let length = 1; length < GOOD.length; length++) {
      const splitter = new FrameSplitter(p1Scanner('if-present'), LIMIT);
      expect(splitter.push(latin1Bytes(GOOD.slice(0, length)))).toEqual([]);
      expect(splitter.push(latin1Bytes(GOOD.slice(length)))).toHaveLength(1);
    }
  });

  it('tells of a telegram that was cut when the stream ends, wherever it was cut', () => {
    const firstObject = GOOD.indexOf('(') + 1;
    for (let length = firstObject; length <= GOOD.indexOf('!'); length++) {
      expect(find(GOOD.slice(0, length))).toEqual(['frame/truncated']);
    }
  });

  it('gives nothing false for any bit that flips', () => {
    const bytes = latin1Bytes(GOOD);
    const good = decodeP1(bytes);
    let refused = 0;
    for (let bit = 0; bit < 8 * bytes.length; bit++) {
      const damaged = bytes.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      const splitter = new FrameSplitter(p1Scanner('if-present'), LIMIT);
      const frames = [...splitter.push(damaged), ...splitter.end()].filter(({ error }) => !error);
      if (frames.length === 0) refused++;
      for (const frame of frames) {
        const { header, bodyStart, bodyEnd } = decodeP1(frame.bytes);
        expect([header, latin1(frame.bytes, bodyStart, bodyEnd)]).toEqual([
          good.header,
          latin1(bytes, good.bodyStart, good.bodyEnd),
        ]);
      }
    }
    // Only the case of CRC digits and the control characters behind them may change unnoticed.
    expect(refused).toBeGreaterThan(8 * (bytes.length - 6));
  });

  it.each([
    ['in lower case', replaceCrc(GOOD, crcOf(GOOD).toLowerCase())],
    ['with a NUL behind it', GOOD.replace(/\r\n$/, '\0\r\n')],
    ['over bare line feeds', telegram(LINES).replaceAll('\r\n', '\n')],
  ])('takes a CRC %s', (_how, wire) => {
    expect(find(`${wire}${GOOD}`)).toEqual([wire, GOOD]);
  });

  it('takes a CRC whose leading zeros were dropped', () => {
    const wire = telegram(['1-0:1.8.1(001228.000*kWh)'], 'LEA5D');
    expect(crcOf(wire)).toBe('001F');
    expect(find(replaceCrc(wire, '1F'))).toEqual([replaceCrc(wire, '1F')]);
  });

  it.each([
    ['if-present', 'a right CRC', GOOD, null],
    ['if-present', 'a wrong CRC', replaceCrc(GOOD, '0000'), 'frame/checksum'],
    ['if-present', 'no CRC', OLD, null],
    ['require', 'a right CRC', GOOD, null],
    ['require', 'a wrong CRC', replaceCrc(GOOD, '0000'), 'frame/checksum'],
    ['require', 'no CRC', OLD, 'frame/checksum-missing'],
    ['off', 'a wrong CRC', replaceCrc(GOOD, '0000'), null],
    ['off', 'no CRC', OLD, null],
  ] as const)('with crc: %s, judges a telegram with %s', (crc, _what, wire, error) => {
    expect(find(wire, crc)).toEqual([error ?? wire]);
  });

  it('is not led astray by / and ! inside values', () => {
    const texts = ['(a/abc5 b)', '(no!)', '(!1234)', '(m3/h)', '(/ABC5)', '(//)'];
    const wire = telegram(texts.map((text) => `0-0:96.13.0${text}`));
    expect(find(`${wire}${wire}`)).toEqual([wire, wire]);
    const without = wire.replace(/![0-9A-F]{4}\r\n$/, '!\r\n');
    expect(find(`${without}${without}`)).toEqual([without, without]);
  });

  it.each([
    ['inside a value', GOOD.slice(0, GOOD.indexOf('234.567'))],
    ['behind a line', GOOD.slice(0, GOOD.indexOf('1-0:1.7.0'))],
    ['before its end line', GOOD.slice(0, GOOD.indexOf('!'))],
  ])('loses only a telegram that was cut %s', (_where, cut) => {
    expect(find(`${cut}${GOOD}${GOOD}`)).toEqual(['frame/truncated', GOOD, GOOD]);
    expect(find(`${cut}${OLD}${GOOD}`)).toEqual(['frame/truncated', OLD, GOOD]);
  });

  it('does not tell of a start that nothing follows', () => {
    expect(find(`/abc\r\n/ABC5\r\n${GOOD}/XYZ5\r\n`)).toEqual([GOOD]);
  });

  it('gives telegrams of meters that send no end line, once the next begins or nothing follows', () => {
    const endless = OLD.replace('!\r\n', '');
    expect(find(`${endless}${endless}`)).toEqual([endless, endless]);
    expect(find(`${endless}${GOOD}`)).toEqual([endless, GOOD]);
    expect(find(`${endless}${GOOD}`, 'require')).toEqual(['frame/truncated', GOOD]);
    expect(find(endless.slice(0, -1))).toEqual(['frame/truncated']);
    expect(find(endless.replace('/ISk5', '/ISk '))).toEqual(['frame/truncated']);
  });

  it('takes a telegram as large as its limit, and none that is larger', () => {
    expect(find(`${GOOD}${OLD}`, 'if-present', GOOD.length)).toEqual([GOOD, OLD]);
    expect(find(`${GOOD}${OLD}`, 'if-present', GOOD.length - 1)).toEqual(['frame/overlong', OLD]);
  });

  it('keeps a telegram that began in a buffer full of noise', () => {
    const noise = `/ABC5\r\n0-0:96.13.0(${'A'.repeat(LIMIT - 100)}`;
    expect(find(`${noise}\r\n${GOOD}`)).toEqual(['frame/overlong', GOOD]);
    expect(find(`${noise}${GOOD}`)).toEqual(['frame/overlong', GOOD]);
    for (const begun of [1, 2, 3, 4, 5]) {
      const full = `${noise}${'A'.repeat(LIMIT - noise.length - begun)}`;
      expect(find(`${full}${GOOD}`)).toEqual(['frame/overlong', GOOD]);
    }
  });
});

describe('the work for a P1 stream', () => {
  /** How often the scanner looks at a byte of the stream, whatever way it does so. */
  function looksAt(stream: Uint8Array, size: number): number {
    let looks = 0;
    const watch = (bytes: Uint8Array): Uint8Array =>
      new Proxy(bytes, {
        get(target, key) {
          if (key === 'length') return target.length;
          if (key === 'indexOf') {
            return (byte: number, from = 0) => {
              const found = target.indexOf(byte, from);
              looks += (found < 0 ? target.length : found + 1) - from;
              return found;
            };
          }
          if (key === 'subarray') return (from: number, to: number) => watch(target.subarray(from, to));
          looks++;
          return target[Number(key)];
        },
      });
    const scan = p1Scanner('if-present');
    const splitter = new FrameSplitter((bytes, resume, state) => scan(watch(bytes), resume, state), LIMIT);
    for (const chunk of inChunks(stream, size)) splitter.push(chunk);
    splitter.end();
    return looks;
  }

  const storms = [
    '/',
    '!',
    '/ABC5\r\n',
    '/ABC',
    '/ABC5\r\n(',
    '\r\n!x',
    '(',
    '\n',
    '!\r\n',
    '!0000\r\n',
    '/ABC5\r\n!\r\n',
    '/ABC5(\n!1\n',
  ];

  it.each(storms.flatMap((storm) => [1, 64, 20_000].map((size) => [storm, size] as const)))(
    'is in proportion to a storm of %j in chunks of %i bytes',
    (storm, size) => {
      const stream = latin1Bytes(`/ABC5\r\n1-0:1.8.1(${storm.repeat(60_000 / storm.length)}`);
      expect(looksAt(stream, size)).toBeLessThan(8 * stream.length);
    },
  );

  it.each([1, 64, 20_000])(
    'is at most three looks at each byte of good telegrams in chunks of %i bytes',
    (size) => {
      const stream = latin1Bytes(GOOD.repeat(500));
      // For the end, for the CRC, and for an envelope while the end is not there; then a few for the lines at both ends.
      expect(looksAt(stream, size)).toBeLessThan(3.5 * stream.length);
    },
  );
});
