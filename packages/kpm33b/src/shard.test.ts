import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { proxySettings } from './config/index.ts';
import { MessageConverter } from './converter.ts';
import { configOf, readText } from './corpus.fixture.ts';

const settings = proxySettings(configOf(), 'homeassistant');
const bytes = (text: string): Uint8Array => Buffer.from(text);

/** What each of several workers makes of a message. */
function workers(count: number) {
  const converters = Array.from(
    { length: count },
    (_, index) => new MessageConverter(settings, readText, { index, count }),
  );
  return (payload: Uint8Array) => converters.map((one) => one.convert('MQTT_RT_DATA', payload));
}

describe('workers that share the meters', () => {
  it('convert every message exactly once, whatever it is', () => {
    const convert = workers(3);
    const anything = fc.oneof(
      fc.uint8Array({ maxLength: 40 }),
      fc.string().map((id) => bytes(JSON.stringify({ id, ia: 1, isend: '1' }))),
      fc.json().map(bytes),
    );
    fc.assert(
      fc.property(anything, (payload) => {
        expect(convert(payload).filter((one) => one !== null)).toHaveLength(1);
      }),
    );
  });

  it('agree on a meter, however its messages are written', () => {
    const convert = workers(7);
    const id = fc.stringMatching(/^[A-Za-z0-9]{8,20}$/);
    fc.assert(
      fc.property(id, (meter) => {
        const written = [
          `{"id":"${meter}","ia":1,"isend":"1"}`,
          `{ "id": "${meter}", "ia": 1, "isend": "1" }`,
          `{"ia":1,"isend":"1","id":"${meter}"}`,
          `{"id":"\\u00${meter.charCodeAt(0).toString(16)}${meter.slice(1)}","ia":1,"isend":"1"}`,
        ];
        const owners = written.map((text) => convert(bytes(text)).findIndex((one) => one !== null));
        expect(new Set(owners).size).toBe(1);
      }),
    );
  });

  it('get about as many meters each', () => {
    const convert = workers(3);
    const counts = [0, 0, 0];
    for (let number = 0; number < 3000; number++) {
      const id = `33B122595${String(number).padStart(4, '0')}`;
      counts[convert(bytes(`{"id":"${id}","ia":1,"isend":"1"}`)).findIndex((one) => one !== null)]!++;
    }
    for (const count of counts) expect(count).toBeGreaterThan(800);
  });
});
