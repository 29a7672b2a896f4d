import { createDecipheriv } from 'node:crypto';
import type { Decrypt } from './protocol/encryption.ts';

/** AES-128-CBC without padding, with this key of 16 bytes. */
export function decryptWith(key: Uint8Array): Decrypt {
  return (encrypted, iv) => {
    const decipher = createDecipheriv('aes-128-cbc', key, iv).setAutoPadding(false);
    return Buffer.concat([decipher.update(encrypted), decipher.final()]);
  };
}
