import { createDecipheriv, createSecretKey } from 'node:crypto';
import type { Decrypt } from './protocol/encryption.ts';

/** AES-128-CBC without padding, with this key of 16 bytes. */
export function decryptWith(keyBytes: Uint8Array): Decrypt {
  // With its key as bytes, Node.js 24 takes several times as long for a cipher.
  const key = createSecretKey(keyBytes);
  return (encrypted, iv) => {
    const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  };
}
