import { createCipheriv } from 'node:crypto';
import { AES_CBC_IV, BLOCK, FILLER, initialVector } from '../protocol/encryption.ts';

/** What a telegram is made of. */
export interface PlainTelegram {
  /** The eight bytes of the secondary address. */
  readonly address: Uint8Array;
  readonly accessNumber: number;
  /** The records. */
  readonly body: Uint8Array;
}

export function plainData({ address, accessNumber, body }: PlainTelegram): Uint8Array {
  return Uint8Array.of(...address, accessNumber, 0, 0, 0, ...body);
}

/** In mode 5: two fillers in front, as many behind as the last block needs. @param key 16 bytes */
export function encryptedData({ address, accessNumber, body }: PlainTelegram, key: Uint8Array): Uint8Array {
  const blocks = Math.ceil((body.length + 2) / BLOCK);
  const plain = new Uint8Array(blocks * BLOCK).fill(FILLER);
  plain.set(body, 2);
  const cipher = createCipheriv('aes-128-cbc', key, initialVector(address, accessNumber)).setAutoPadding(
    false,
  );
  return Uint8Array.of(...address, accessNumber, 0, blocks << 4, AES_CBC_IV, ...cipher.update(plain));
}
