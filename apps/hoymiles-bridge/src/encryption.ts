import { createCipheriv, createDecipheriv, createHash, createSecretKey } from 'node:crypto';
import { BridgeError } from '@meterbridge/core/errors';
import type { HmFrame } from '@meterbridge/core/frames';

const KEY_BYTES = 16;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What encrypts one frame (AES-128-GCM). */
export interface FrameKey {
  readonly key: Uint8Array;
  readonly nonce: Uint8Array;
  /** Authenticated besides the payload: command and sequence number. */
  readonly aad: Uint8Array;
}

/**
 * @param encRand 16 bytes of the AppInfo answer, new after every start of the DTU. Under one of them a command and
 *   sequence number must never be used for two messages.
 */
export function frameKey(encRand: Uint8Array, command: number, sequence: number): FrameKey {
  const aad = Uint8Array.of(command & 0xff, command >>> 8, sequence & 0xff, sequence >>> 8);
  return {
    key: thrice(encRand).subarray(0, KEY_BYTES),
    nonce: thrice(Buffer.concat([aad, encRand])).subarray(-NONCE_BYTES),
    aad,
  };
}

/** The frame with its payload encrypted. */
export function sealFrame(frame: HmFrame, encRand: Uint8Array): HmFrame {
  const { key, nonce, aad } = frameKey(encRand, frame.command, frame.sequence);
  // With its key as bytes, Node.js 24 takes several times as long for a cipher.
  const cipher = createCipheriv('aes-128-gcm', createSecretKey(key), nonce).setAAD(aad);
  const payload = Buffer.concat([cipher.update(frame.payload), cipher.final()]);
  return { ...frame, payload: new Uint8Array(payload), tag: new Uint8Array(cipher.getAuthTag()) };
}

/**
 * The frame with its payload in clear.
 * @throws BridgeError frame/authentication
 */
export function openFrame(frame: HmFrame, encRand: Uint8Array): HmFrame {
  const { key, nonce, aad } = frameKey(encRand, frame.command, frame.sequence);
  const options = { authTagLength: TAG_BYTES };
  const decipher = createDecipheriv('aes-128-gcm', createSecretKey(key), nonce, options).setAAD(aad);
  try {
    decipher.setAuthTag(frame.tag ?? new Uint8Array(TAG_BYTES));
    const payload = Buffer.concat([decipher.update(frame.payload), decipher.final()]);
    return { ...frame, payload: new Uint8Array(payload), tag: null };
  } catch (cause) {
    const facts = { command: frame.command, sequence: frame.sequence };
    throw new BridgeError('frame/authentication', 'an encrypted frame does not fit its key', {
      facts,
      hint: 'A DTU has a new key after each start; it is fetched by itself.',
      cause,
    });
  }
}

function thrice(bytes: Uint8Array): Uint8Array {
  let digest = bytes;
  for (let round = 0; round < 3; round++) digest = createHash('sha256').update(digest).digest();
  return digest;
}
