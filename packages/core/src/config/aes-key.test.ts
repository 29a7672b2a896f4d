import { describe, expect, it } from 'vitest';
import { aesKey, parseAesKey } from './aes-key.ts';

const KEY = '0F0E0D0C0B0A09080706050403020100';
const BYTES = Uint8Array.from({ length: 16 }, (_, at) => 15 - at);

describe('a key', () => {
  it.each([[KEY], [KEY.toLowerCase()], [`0x${KEY}`], [' 0F0E0D0C 0B0A0908 07060504 03020100 ']])(
    'is read: %j',
    (text) => {
      expect(parseAesKey(text)).toEqual(BYTES);
      expect(aesKey().parse(text)).toBe(text);
    },
  );

  it.each([[''], ['0F0E'], [`${KEY}00`], [KEY.replace('F', 'G')]])('is refused: %j', (text) => {
    expect(parseAesKey(text)).toBeNull();
    expect(aesKey().safeParse(text).success).toBe(false);
  });
});
