import type { TelegramFault } from './fault.ts';

/** Decrypts AES-128-CBC without padding; the key is known to whoever passes this in. */
export type Decrypt = (encrypted: Uint8Array, iv: Uint8Array) => Uint8Array;

/** What the configuration word announces (EN 13757-3, 5.5.6). */
export interface Encryption {
  readonly mode: number;
  /** Encrypted blocks of 16 bytes, in mode 5. */
  readonly blocks?: number;
}

/** The eight bytes that a meter is known by: identification, manufacturer, version, medium, in wire order. */
export type AddressBytes = Uint8Array;

/** The one mode that wired meters use. */
export const AES_CBC_IV = 5;
export const BLOCK = 16;
export const FILLER = 0x2f;
/** Modes whose telegrams are no use without their key. Other words stand on telegrams that are not encrypted at all. */
const OTHER_MODES: ReadonlySet<number> = new Set([7, 8, 9, 10, 13]);

export function encryptionOf(signature: number): Encryption | null {
  const mode = (signature >> 8) & 0x1f;
  if (OTHER_MODES.has(mode)) return { mode };
  const blocks = (signature >> 4) & 0x0f;
  return mode === AES_CBC_IV && blocks > 0 ? { mode, blocks } : null;
}

/**
 * The records in plain.
 * @param body all that follows the header
 * @param address of the meter, for the initial vector; null if it is not known
 */
export function decryptBody(
  { mode, blocks = 0 }: Encryption,
  body: Uint8Array,
  accessNumber: number,
  address: AddressBytes | null,
  decrypt: Decrypt | undefined,
): Uint8Array | TelegramFault {
  if (mode !== AES_CBC_IV) return 'encrypted';
  const length = blocks * BLOCK;
  if (body.length < length) return 'decryption_failed';
  // Some meters announce what they do not do.
  if (!decrypt) return beginsWithFillers(body) ? body : 'encrypted';
  if (!address) return 'encrypted';
  const plain = decrypt(body.subarray(0, length), initialVector(address, accessNumber));
  if (!beginsWithFillers(plain)) return 'decryption_failed';
  const whole = Uint8Array.from(body);
  whole.set(plain);
  return whole;
}

/** Manufacturer, identification, version and medium in wire order, then eight times the access number. */
export function initialVector(address: AddressBytes, accessNumber: number): Uint8Array {
  const iv = new Uint8Array(BLOCK).fill(accessNumber);
  iv.set(address.subarray(4, 6), 0);
  iv.set(address.subarray(0, 4), 2);
  iv.set(address.subarray(6, 8), 6);
  return iv;
}

function beginsWithFillers(bytes: Uint8Array): boolean {
  return bytes[0] === FILLER && bytes[1] === FILLER;
}
