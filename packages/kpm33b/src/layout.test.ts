import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readText } from './corpus.fixture.ts';
import { KnownTexts } from './known-texts.ts';
import { Layout } from './layout.ts';
import { readMessage } from './message.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text);
const layoutOf = (text: string): Layout | null => Layout.of(bytes(text), new KnownTexts());
const SAMPLE =
  '{"id":"33B1225950027","zyggl":6.6905,"qa":-0.1648,"f":49.959,"time":"20260112163900","isend":"1"}';
const TAGS = ['zyggl', 'qa', 'f', 'unknown'];

/** The values as the usual way finds them. */
function parsed(text: string) {
  const message = readMessage(readText(bytes(text)));
  return typeof message === 'string' ? message : valuesOf(message);
}

function valuesOf(message: Exclude<ReturnType<typeof readMessage>, string>) {
  const { id, time, isWhole, isPhantom } = message;
  return { id, time, isWhole, isPhantom, values: TAGS.map((tag) => message.valueOf(tag)) };
}

describe('a layout', () => {
  it.each([
    ['other values', SAMPLE.replace('6.6905', '0.000').replace('0027', '0028')],
    ['nothing but zeros', SAMPLE.replaceAll(/:-?\d+\.\d+/g, ':-0.000')],
    ['whole numbers', SAMPLE.replace('49.959', '0').replace('-0.1648', '-12')],
    ['15 digits', SAMPLE.replace('49.959', '-0.300000000004').replace('6.6905', '123456789012345')],
  ])('reads %s as JSON.parse does', (_, text) => {
    const layout = layoutOf(SAMPLE)!;
    expect(layout.read(bytes(text))).toBe(true);
    expect(valuesOf(layout)).toEqual(parsed(text));
  });

  it.each([
    ['an exponent', SAMPLE.replace('49.959', '4e-3')],
    ['a leading zero', SAMPLE.replace('49.959', '049.959')],
    ['a point without digits behind it', SAMPLE.replace('49.959', '49.')],
    ['a point without digits before it', SAMPLE.replace('49.959', '.5')],
    ['a sign alone', SAMPLE.replace('49.959', '-')],
    ['no value at all', SAMPLE.replace('49.959', '')],
    ['16 digits', SAMPLE.replace('49.959', '9007199254740993')],
    ['a text in place of a number', SAMPLE.replace('49.959', '"49.959"')],
    ['a number in place of a text', SAMPLE.replace('"1"', '1')],
    ['another tag', SAMPLE.replace('"f"', '"g"')],
    ['a tag more', SAMPLE.replace('"f"', '"f":1,"g"')],
    ['a blank', SAMPLE.replace(',', ', ')],
    ['an escape', SAMPLE.replace('20260112', '\\u0032')],
    ['a character of many bytes', SAMPLE.replace('20260112', 'é')],
    ['a control character', SAMPLE.replace('20260112', '\n')],
    ['bytes behind it', `${SAMPLE} `],
    ['a cut', SAMPLE.slice(0, -1)],
    ['a long text', SAMPLE.replace('20260112', '2'.repeat(60_000))],
    ['an id that is none', SAMPLE.replace('33B1225950027', '33B1/#')],
    ['no time', SAMPLE.replace('20260112163900', '')],
    ['a part of an upload', SAMPLE.replace('"1"', '"0"')],
  ])('leaves %s to JSON.parse', (_, text) => {
    expect(layoutOf(SAMPLE)!.read(bytes(text))).toBe(false);
  });

  it.each([
    ['the same tag twice', SAMPLE.replace('"f"', '"qa"')],
    ['no isend', SAMPLE.replace(',"isend":"1"', '')],
    ['a value that is neither text nor number', SAMPLE.replace('49.959', 'null')],
    ['a long tag', SAMPLE.replace('"f"', `"${'f'.repeat(65_000)}"`)],
    ['blanks', SAMPLE.replace(':', ': ')],
    ['an array', '[1]'],
    ['nothing', ''],
  ])('is not made of a message with %s', (_, text) => {
    expect(layoutOf(text)).toBeNull();
  });

  it('never reads anything but what JSON.parse reads, whatever is changed in a message', () => {
    const layout = layoutOf(SAMPLE)!;
    const character = fc.constantFrom(...'0123456789.-+eE",:{} ntf\\u');
    const change = fc.record({
      at: fc.nat({ max: SAMPLE.length }),
      length: fc.nat({ max: 3 }),
      text: fc.string({ unit: character, maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const text = changes.reduce(
          (all, { at, length, text: put }) => all.slice(0, at) + put + all.slice(at + length),
          SAMPLE,
        );
        if (layout.read(bytes(text))) expect(valuesOf(layout)).toEqual(parsed(text));
      }),
      { numRuns: 20_000 },
    );
  });

  it('reads any number as JSON.parse does', () => {
    const layout = layoutOf(SAMPLE)!;
    const digits = fc.string({ unit: fc.constantFrom(...'0123456789'), maxLength: 12 });
    const number = fc
      .tuple(fc.constantFrom('', '-'), digits, fc.constantFrom('', '.'), digits)
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(number, (text) => {
        const message = SAMPLE.replace('49.959', text);
        if (layout.read(bytes(message))) expect(valuesOf(layout)).toEqual(parsed(message));
        else expect(/^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(text) && text.length <= 15).toBe(false);
      }),
      { numRuns: 5_000 },
    );
  });
});
