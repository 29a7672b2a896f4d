import { createCipheriv } from 'node:crypto';
import { latin1Bytes } from '@meterbridge/core/codec';
import { encodeEnvelope } from '@meterbridge/core/frames';
import { authenticatedData, type Keys } from '../encryption.ts';

/** Names the simulated meter. */
const SYSTEM_TITLE = latin1Bytes('ISKp1sim');

/** Wraps a telegram as a meter of Luxembourg or Austria does. */
export function sealTelegram(
  telegram: Uint8Array,
  { key, authKey }: Keys,
  frameCounter: number,
  systemTitle = SYSTEM_TITLE,
): Uint8Array {
  const iv = new Uint8Array(12);
  iv.set(systemTitle);
  new DataView(iv.buffer).setUint32(8, frameCounter);
  const cipher = createCipheriv('aes-128-gcm', key, iv, { authTagLength: 12 });
  cipher.setAAD(authenticatedData(authKey));
  const ciphertext = cipher.update(telegram);
  cipher.final();
  return encodeEnvelope({ iv, ciphertext, tag: cipher.getAuthTag() });
}
