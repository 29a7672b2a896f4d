import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from 'node:crypto';
import { bytesOf } from '@meterbridge/core/codec';
import { parseAesKey } from '@meterbridge/core/config';
import type { ErrorCode } from '@meterbridge/core/errors';
import {
  type CrcPolicy,
  decodeEnvelope,
  decodeP1,
  type Envelope,
  type P1Frame,
  p1Crc,
} from '@meterbridge/core/frames';

/** `verify`: the tag must be right. `warn` and `off`: if it is not, the CRC inside decides; `warn` tells of it. */
export type TagPolicy = 'verify' | 'warn' | 'off';

export interface Keys {
  readonly key: Uint8Array;
  readonly authKey: Uint8Array | null;
}

/** How a telegram was wrapped. */
export interface Seal {
  readonly envelope: Envelope;
  /** null: it has no tag. */
  readonly tagValid: boolean | null;
}

export interface Opened {
  readonly frame: P1Frame;
  readonly seal: Seal;
}

/** @throws TypeError if one of them is no key */
export function keysOf(key: string, authKey: string | undefined): Keys {
  const bytes = parseAesKey(key);
  const authBytes = authKey === undefined ? null : parseAesKey(authKey);
  if (!bytes || (authKey !== undefined && !authBytes)) throw new TypeError('no key of AES-128');
  return { key: bytes, authKey: authBytes };
}

/** Authentication key of every meter in Luxembourg (P1 specification 1.1.3). */
const LUXEMBOURG = bytesOf('00112233445566778899AABBCCDDEEFF');
/** Some meters authenticate nothing besides the telegram. */
const NO_DATA = new Uint8Array(0);
const SLASH = 0x2f;
const LF = 0x0a;

/**
 * Opens envelopes with AES-128-GCM, the tag being cut to 12 bytes. What no tag vouches for must have a right CRC (unless
 * that is not looked at): some meters make tags with another key than the one that is published.
 */
export function envelopeOpener(
  { key: keyBytes, authKey }: Keys,
  tagPolicy: TagPolicy,
  crcPolicy: CrcPolicy,
): (bytes: Uint8Array) => Opened | ErrorCode {
  // With its key as bytes, Node.js 24 takes several times as long for a cipher.
  const key = createSecretKey(keyBytes);
  const blocks = createCipheriv('aes-128-ecb', key, null);
  const data = authenticatedData(authKey);
  return (bytes) => {
    const envelope = decodeEnvelope(bytes);
    // The first block tells whether the key fits: noise that looks like an envelope costs no more than that.
    const [first = 0] = blocks.update(counterBlock(envelope));
    if ((envelope.ciphertext[0]! ^ first) !== SLASH) return 'frame/decryption';
    const deciphered = decipher(key, envelope, data);
    const mayBeBare = deciphered.tagValid === false && !authKey;
    const { plain, tagValid } = mayBeBare ? decipher(key, envelope, NO_DATA) : deciphered;
    if (tagValid === false && tagPolicy === 'verify') return 'frame/authentication';
    if (!plain.includes(LF)) return 'frame/decryption';
    const frame = decodeP1(plain);
    if (!tagValid && crcPolicy !== 'off' && !hasRightCrc(frame)) return 'frame/authentication';
    return { frame, seal: { envelope, tagValid } };
  };
}

/** What a tag vouches for besides the telegram: security byte and authentication key (DLMS UA 1000-2, section 9.2.7). */
export function authenticatedData(authKey: Uint8Array | null): Uint8Array {
  return Uint8Array.of(0x30, ...(authKey ?? LUXEMBOURG));
}

/** Where GCM begins to count (NIST SP 800-38D, section 7.2): the block for the tag is 1, that of the first data 2. */
function counterBlock({ iv }: Envelope): Uint8Array {
  const block = new Uint8Array(16);
  block.set(iv);
  block[15] = 2;
  return block;
}

interface Deciphered {
  readonly plain: Uint8Array;
  /** null: there is no tag. */
  readonly tagValid: boolean | null;
}

function decipher(key: KeyObject, { iv, ciphertext, tag }: Envelope, data: Uint8Array): Deciphered {
  const opening = createDecipheriv('aes-128-gcm', key, iv, { authTagLength: 12 }).setAAD(data);
  const plain = opening.update(ciphertext);
  if (!tag) return { plain, tagValid: null };
  opening.setAuthTag(tag);
  try {
    opening.final();
    return { plain, tagValid: true };
  } catch {
    return { plain, tagValid: false };
  }
}

function hasRightCrc(frame: P1Frame): boolean {
  return frame.crcText !== null && Number.parseInt(frame.crcText, 16) === p1Crc(frame);
}
