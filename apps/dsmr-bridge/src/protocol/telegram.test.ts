import { latin1 } from '@meterbridge/core/codec';
import { decodeP1, encodeP1, type P1Frame } from '@meterbridge/core/frames';
import { formatInstant } from '@meterbridge/core/model';
import { describe, expect, it } from 'vitest';
import vectors from '../../vectors/telegrams.json' with { type: 'json' };
import { telegramJson } from '../telegram-json.ts';
import { decodeTelegram, equipmentObject, headerParts, telegramTime, telegramVersion } from './telegram.ts';
import { meterClock } from './timestamp.ts';

const frameOf = (lines: readonly string[], header = 'XYZ5\\2M'): P1Frame => decodeP1(encodeP1(header, lines));
const clock = meterClock('Europe/Amsterdam');

describe('a telegram', () => {
  it.each(vectors)(
    'is decoded: $name',
    ({ header, lines, objects, unparsed, version, timestamp, equipment, ...more }) => {
      const zone = 'timezone' in more ? more.timezone : 'Europe/Amsterdam';
      const telegram = decodeTelegram(frameOf(lines, header), meterClock(zone));
      const json = JSON.parse(telegramJson(telegram));
      expect(json.objects.map(({ raw: _raw, ...object }: { raw: string }) => object)).toEqual(objects);
      expect(telegram.unparsed).toEqual(unparsed);
      expect(telegramVersion(telegram)).toBe(version);
      const time = telegramTime(telegram);
      expect(time && formatInstant(time)).toBe(timestamp);
      expect(equipmentObject(telegram)?.value ?? null).toBe(equipment);
    },
  );

  it('is the same whatever telegram came before it', () => {
    const clocks = meterClock('Europe/Amsterdam');
    const telegrams = vectors.map(({ lines, header }) => decodeTelegram(frameOf(lines, header), clocks));
    for (const previous of telegrams) {
      for (const telegram of telegrams)
        expect(decodeTelegram(telegram.frame, clocks, previous)).toEqual(telegram);
    }
  });

  it('is the same whatever digit has changed since the one before it', () => {
    for (const { lines, header } of vectors) {
      const { frame } = decodeTelegram(frameOf(lines, header), clock);
      const previous = decodeTelegram(frame, clock);
      for (let at = frame.bodyStart; at < frame.bodyEnd; at++) {
        const bytes = Uint8Array.from(frame.bytes);
        if (bytes[at]! < 0x30 || bytes[at]! > 0x39) continue;
        bytes[at] = 0x30 + ((bytes[at]! - 0x30 + 1) % 10);
        const changed = { ...frame, bytes };
        const { objects, unparsed } = decodeTelegram(changed, clock, previous);
        const { objects: anew, unparsed: lines } = decodeTelegram(changed, clock);
        expect(objects).toEqual(anew);
        expect(unparsed).toEqual(lines);
      }
    }
  });

  it('is the same with bare line feeds, without empty line, and without end line', () => {
    for (const { lines, header } of vectors) {
      const text = latin1(encodeP1(header, lines));
      const wanted = decodeTelegram(frameOf(lines, header), clock);
      const variants = [
        text.replaceAll('\r\n', '\n'),
        text.replace('\r\n\r\n', '\r\n'),
        text.replace(/![0-9A-F]{4}\r\n$/, ''),
      ];
      for (const variant of variants) {
        const telegram = decodeTelegram(decodeP1(Uint8Array.from(variant, (c) => c.charCodeAt(0))), clock);
        expect(telegram.objects.map(({ obis, value, unit }) => [obis, value, unit])).toEqual(
          wanted.objects.map(({ obis, value, unit }) => [obis, value, unit]),
        );
        expect(telegram.unparsed).toEqual(wanted.unparsed);
      }
    }
  });

  it('keeps where the text of an object stands', () => {
    const { frame, objects } = decodeTelegram(
      frameOf(['1-0:1.8.1(1*kWh)', '0-1:24.3.0(260731120000)(00)(60)(1)(0-1:24.2.1)(m3)', '(2.5)']),
      clock,
    );
    expect(objects.map(({ from, to }) => latin1(frame.bytes, from, to))).toEqual([
      '(1*kWh)',
      '(260731120000)(00)(60)(1)(0-1:24.2.1)(m3)\r\n(2.5)',
    ]);
  });

  it('takes the serial number from the best code that is there', () => {
    const codes = ['0-0:96.1.1', '0-0:42.0.0', '0-0:96.1.0', '0-0:96.1.255', '1-0:0.0.0', '0-0:0.0.0'];
    for (const [at, code] of codes.entries()) {
      const lines = codes
        .slice(at)
        .reverse()
        .map((one) => `${one}(no. ${one})`);
      expect(equipmentObject(decodeTelegram(frameOf(lines), clock))?.value).toBe(`no. ${code}`);
    }
  });

  it.each([
    ['1-3:0.2.8(40)', '4.0'],
    ['1-3:0.2.8(50)', '5.0'],
    ['0-0:96.1.4(50213)', '5.0.2'],
    ['0-0:96.1.4(502)', null],
    ['0-0:96.1.4(90217)', null],
    ['1-0:0.2.8(50)', null],
  ])('with %s is of version %s', (line, version) => {
    expect(telegramVersion(decodeTelegram(frameOf([line]), clock))).toBe(version);
  });

  it('has a header of three parts', () => {
    expect(headerParts(frameOf([], 'ISK5\\2M550T-1012'))).toEqual({
      manufacturer: 'ISK',
      baudId: '5',
      identification: '\\2M550T-1012',
    });
    expect(headerParts(frameOf([], 'ABC'))).toEqual({ manufacturer: 'ABC', baudId: '', identification: '' });
  });
});
