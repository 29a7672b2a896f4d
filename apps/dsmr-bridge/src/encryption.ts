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
export const LUXEMBOURG = bytesOf('00112233445566778899AABBCCDDEEFF');
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
  return (bytes) => {
    const envelope = decodeEnvelope(bytes);
    // The first block tells whether the key fits: noise that looks like an envelope costs no more than that.
    const counter = counterBlock(envelope);
    const [first = 0] = blocks.update(counter);
    if ((envelope.ciphertext[0]! ^ first) !== SLASH) return 'frame/decryption';
    // GCM without its tag is AES in counter mode.
    const plain = createDecipheriv('aes-128-ctr', key, counter).update(envelope.ciphertext);
    const tagValid =
      envelope.tag && authenticatedData(envelope, authKey).some((aad) => isGenuine(key, envelope, aad));
    if (tagValid === false && tagPolicy === 'verify') return 'frame/authentication';
    if (!plain.includes(LF)) return 'frame/decryption';
    const frame = decodeP1(plain);
    if (!tagValid && crcPolicy !== 'off' && !hasRightCrc(frame)) return 'frame/authentication';
    return { frame, seal: { envelope, tagValid } };
  };
}

/** Where GCM begins to count (NIST SP 800-38D, section 7.2): the block for the tag is 1, that of the first data 2. */
function counterBlock({ iv }: Envelope): Uint8Array {
  const block = new Uint8Array(16);
  block.set(iv);
  block[15] = 2;
  return block;
}

/** Security byte and authentication key (DLMS UA 1000-2, section 9.2.7); without one, what meters use then. */
function authenticatedData({ security }: Envelope, authKey: Uint8Array | null): readonly Uint8Array[] {
  const data = new Uint8Array(17);
  data[0] = security;
  data.set(authKey ?? LUXEMBOURG, 1);
  return authKey ? [data] : [data, new Uint8Array(0)];
}

function isGenuine(key: KeyObject, { iv, ciphertext, tag }: Envelope, aad: Uint8Array): boolean {
  const decipher = createDecipheriv('aes-128-gcm', key, iv, { authTagLength: 12 });
  decipher.setAAD(aad).setAuthTag(tag!).update(ciphertext);
  try {
    decipher.final();
    return true;
  } catch {
    return false;
  }
}

function hasRightCrc(frame: P1Frame): boolean {
  return frame.crcText !== null && Number.parseInt(frame.crcText, 16) === p1Crc(frame);
}
