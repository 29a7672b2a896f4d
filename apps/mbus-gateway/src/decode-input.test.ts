import { hexOf } from '@meterbridge/core/codec';
import { describe, expect, it } from 'vitest';
import { framesOf } from './decode-input.ts';

const REQUEST = '105b015c16';
const ANSWER = '68060668080178011305' + '9a16';
const spaced = (hex: string, by = ' '): string => (hex.match(/../g) ?? []).join(by);

const found = (text: string): readonly string[] => framesOf(Buffer.from(text)).map((bytes) => hexOf(bytes));

describe('frames in a text', () => {
  it.each([
    ['as they are', ANSWER],
    ['with blanks', spaced(ANSWER)],
    ['with colons', spaced(ANSWER, ':')],
    ['with blanks that do not break', spaced(ANSWER, '\u00a0')],
    ['behind a byte order mark', `\ufeff${ANSWER}`],
    ['of a C program', `{ 0x${spaced(ANSWER, ', 0x')} };`],
    ['of a Python program', `b"\\x${spaced(ANSWER, '\\x')}"`.slice(1)],
    ['in quotation marks', `"${spaced(ANSWER)}"`],
    ['over two lines', `${spaced(ANSWER.slice(0, 12))}\r\n${spaced(ANSWER.slice(12))}\r\n`],
    ['below a comment', `# meter 68 in the cellar\n${ANSWER} // its answer`],
    ['of a log', `2026-01-31 12:00:10 RECV (12): ${spaced(ANSWER)}`],
    ['behind the time', `2026-01-31T12:00:10.123Z ${spaced(ANSWER)}`],
    ['of a log with words behind them', `RX ${ANSWER} ok\nbus idle for 10 s`],
  ])('%s', (_how, text) => {
    expect(found(text)).toEqual([ANSWER]);
  });

  it('of a log come one after the other, and broken ones with them', () => {
    const log = `TX: ${spaced(REQUEST)}\nRX: ${spaced(ANSWER.replace('13', '14'))}\nRX: E5\nTX: ${REQUEST}\nRX: ${ANSWER}\n`;
    expect(found(log)).toEqual([REQUEST, ANSWER.replace('13', '14'), 'e5', REQUEST, ANSWER]);
  });

  it('are none where there is no byte of them', () => {
    expect(found('hello world')).toEqual([hexOf(Buffer.from('hello world'))]);
    expect(found('')).toEqual(['']);
    expect(found(' \n')).toEqual(['']);
  });
});

it('frames as bytes are no text, even a single one', () => {
  expect(framesOf(Buffer.from(`${REQUEST}${ANSWER}`, 'hex')).map((bytes) => hexOf(bytes))).toEqual([
    REQUEST,
    ANSWER,
  ]);
  expect(framesOf(Buffer.from('e5', 'hex')).map((bytes) => hexOf(bytes))).toEqual(['e5']);
});
