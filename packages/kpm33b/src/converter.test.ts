import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proxySettings } from './config/index.ts';
import { MessageConverter } from './converter.ts';
import { configOf, readText } from './corpus.fixture.ts';
import { DROP_REASONS } from './message.ts';

const converterOf = (config = {}) =>
  new MessageConverter(proxySettings(configOf(config), 'homeassistant'), readText);
const bytes = (text: string): Uint8Array => Buffer.from(text);

describe('the converter', () => {
  it('never throws and never publishes anything but what a meter sent', () => {
    const converter = converterOf();
    const tags = fc.dictionary(fc.constantFrom('id', 'time', 'isend', 'zyggl', '__proto__'), fc.jsonValue());
    const payload = fc.oneof(
      fc.uint8Array(),
      fc.json().map(bytes),
      tags.map((one) => bytes(JSON.stringify(one))),
    );
    fc.assert(
      fc.property(fc.constantFrom('MQTT_RT_DATA', 'MQTT_ENY_NOW', 'x'), payload, (topic, message) => {
        const result = converter.convert(topic, message);
        if (result?.dropped !== null) expect(DROP_REASONS).toContain(result?.dropped);
        else {
          const { id, ...rest } = JSON.parse(result.payload);
          expect(id).toMatch(/^[A-Za-z0-9]{8,20}$/);
          for (const value of Object.values(rest))
            expect(['number', 'string', 'object']).toContain(typeof value);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('takes a message of 65536 bytes and not one more', () => {
    const of = (size: number): Uint8Array => {
      const text = '{"id":"33B1225950027","zyggl":1,"isend":"1"}';
      return bytes(text.padEnd(size));
    };
    expect(converterOf().convert('MQTT_RT_DATA', of(65_536))?.dropped).toBeNull();
    expect(converterOf().convert('MQTT_RT_DATA', of(65_537))?.dropped).toBe('too-large');
  });

  it('writes a time with any characters as JSON', () => {
    const message = bytes('{"id":"33B1225950027","time":"\\"\\u2028\\\\","zyggl":1,"isend":"1"}');
    const result = converterOf().convert('MQTT_RT_DATA', message);
    expect(result?.dropped === null && JSON.parse(result.payload)).toEqual({
      id: '33B1225950027',
      time: '"\u2028\\',
      active_power: 1,
    });
  });

  it('knows what came twice among the messages of 10,000 meters', () => {
    const converter = converterOf();
    const message = (number: number): Uint8Array =>
      bytes(`{"id":"${String(number).padStart(13, '0')}","time":"20260601120000","zyggl":1,"isend":"1"}`);
    for (let number = 0; number < 9_999; number++) converter.convert('MQTT_RT_DATA', message(number));
    for (let number = 0; number < 9_999; number++)
      expect(converter.convert('MQTT_RT_DATA', message(number))?.dropped).toBe('duplicate');
  });
});
