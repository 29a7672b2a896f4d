import { createCipheriv } from 'node:crypto';
import { bytesOf, latin1 } from '@meterbridge/core/codec';
import { type CrcPolicy, encodeEnvelope, encodeP1 } from '@meterbridge/core/frames';
import { describe, expect, it } from 'vitest';
import vectors from '../vectors/encrypted.json' with { type: 'json' };
import { envelopeOpener, keysOf, type TagPolicy } from './encryption.ts';

const KEY = '0F0E0D0C0B0A09080706050403020100';
const AUTH_KEY = 'F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF';
const iv = bytesOf('534147677000079900001234');

/** An envelope as a meter makes it. */
function seal(telegram: Uint8Array, aad: string | null): Uint8Array {
  if (aad === null) {
    const cipher = createCipheriv('aes-128-ctr', bytesOf(KEY), Uint8Array.of(...iv, 0, 0, 0, 2));
    return encodeEnvelope({ iv, ciphertext: cipher.update(telegram), tag: null });
  }
  const cipher = createCipheriv('aes-128-gcm', bytesOf(KEY), iv, { authTagLength: 12 });
  cipher.setAAD(bytesOf(aad));
  const ciphertext = cipher.update(telegram);
  cipher.final();
  return encodeEnvelope({ iv, ciphertext, tag: cipher.getAuthTag() });
}

const TELEGRAM = encodeP1('ABC5', ['1-0:1.7.0(00.321*kW)']);
const WRONG_CRC = Uint8Array.from(TELEGRAM, (byte, at) => (at === 20 ? byte ^ 1 : byte));
const NO_CRC = Uint8Array.of(...TELEGRAM.subarray(0, -6), 0x0d, 0x0a);

function open(bytes: Uint8Array, authKey?: string, tag: TagPolicy = 'verify', crc: CrcPolicy = 'if-present') {
  const opened = envelopeOpener(keysOf(KEY, authKey), tag, crc)(bytes);
  return typeof opened === 'string' ? opened : [latin1(opened.frame.bytes), opened.seal.tagValid];
}

describe('an encrypted telegram', () => {
  it.each(vectors)('is opened: $name', ({ key, authKey, bytes, telegram }) => {
    const opened = envelopeOpener(keysOf(key, authKey), 'verify', 'if-present')(bytesOf(bytes));
    expect(typeof opened === 'string' ? opened : latin1(opened.frame.bytes)).toBe(telegram);
  });

  it.each([
    ['its own key', `30${AUTH_KEY}`, AUTH_KEY],
    ['the key of Luxembourg', '3000112233445566778899AABBCCDDEEFF', undefined],
    ['no key', '', undefined],
  ])('is authenticated with %s', (_which, aad, authKey) => {
    expect(open(seal(TELEGRAM, aad), authKey)).toEqual([latin1(TELEGRAM), true]);
  });

  it('is taken with a right tag whatever its CRC is', () => {
    expect(open(seal(WRONG_CRC, `30${AUTH_KEY}`), AUTH_KEY)).toEqual([latin1(WRONG_CRC), true]);
  });

  it('without tag is vouched for by its CRC', () => {
    expect(open(seal(TELEGRAM, null))).toEqual([latin1(TELEGRAM), null]);
    expect(open(seal(WRONG_CRC, null))).toBe('frame/authentication');
    expect(open(seal(NO_CRC, null))).toBe('frame/authentication');
    expect(open(seal(NO_CRC, null), undefined, 'verify', 'off')).toEqual([latin1(NO_CRC), null]);
  });

  it('with a wrong tag is refused, or vouched for by its CRC', () => {
    const sealed = seal(TELEGRAM, `30${KEY}`);
    expect(open(sealed, AUTH_KEY)).toBe('frame/authentication');
    expect(open(sealed, AUTH_KEY, 'warn')).toEqual([latin1(TELEGRAM), false]);
    expect(open(seal(WRONG_CRC, `30${KEY}`), AUTH_KEY, 'off')).toBe('frame/authentication');
  });

  it('gives nothing with a wrong key', () => {
    const wrong = keysOf(AUTH_KEY, undefined);
    for (const tag of ['verify', 'warn', 'off'] as const)
      expect(envelopeOpener(wrong, tag, 'off')(seal(TELEGRAM, ''))).toBe('frame/decryption');
  });

  it('gives nothing if the envelope holds something else', () => {
    expect(open(seal(bytesOf('0f0001020304'), ''))).toBe('frame/decryption');
    expect(open(seal(bytesOf('2f4142'), ''))).toBe('frame/decryption');
  });

  it('gives nothing false for any bit that flips', () => {
    const sealed = seal(TELEGRAM, `30${AUTH_KEY}`);
    // Tag, length and security byte decide how the rest is read; envelope.test.ts has them.
    for (let bit = 14 * 8; bit < sealed.length * 8; bit++) {
      const damaged = sealed.slice();
      damaged[bit >> 3]! ^= 1 << (bit & 7);
      expect(typeof open(damaged, AUTH_KEY)).toBe('string');
      const unverified = envelopeOpener(keysOf(KEY, AUTH_KEY), 'off', 'if-present')(damaged);
      if (typeof unverified === 'string') continue;
      // The tag is not looked at then, and the case of CRC digits and what ends their line make no difference.
      const { bytes, bodyEnd } = unverified.frame;
      expect(latin1(bytes, 0, bodyEnd)).toBe(latin1(TELEGRAM.subarray(0, -7)));
    }
  });
});
