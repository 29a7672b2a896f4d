import { createDecipheriv, createSecretKey } from 'node:crypto';
import type { Decrypt } from './protocol/encryption.ts';

/** AES-128-CBC without padding, with this key of 16 bytes. */
export function decryptWith(keyBytes: Uint8Array): Decrypt {
  // To make a key of its bytes takes longer than to decrypt a telegram with it.
  const key = createSecretKey(keyBytes);
  return (encrypted, iv) => {
    const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  };
}
