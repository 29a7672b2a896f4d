import { BridgeError } from '../errors/index.ts';

// general-glo-ciphering (DLMS UA 1000-2, section 9.2.7): what P1 ports of Luxembourg and Austria wrap telegrams in.

/** The tag that such an envelope begins with. */
export const ENVELOPE = 0xdb;
const TITLE_LENGTH = 8;
/** Offset of the length field: behind tag, length of the title, and title. */
const LENGTH_AT = 2 + TITLE_LENGTH;
/** Security control byte of suite 0: encrypted, and authenticated as well. */
const ENCRYPTED = 0x20;
const AUTHENTICATED = 0x30;
const COUNTER_LENGTH = 4;
const TAG_LENGTH = 12;
/** Real telegrams stay below 5 KB: a length beyond this is a damaged one. */
const MOST_BYTES = 16_384;

export interface Envelope {
  /** Names the meter; the first half of the initialisation vector. */
  readonly systemTitle: Uint8Array;
  /** How the length is written (BER): in one byte of its own, or in 1 to 3 bytes behind one that says so. */
  readonly lengthForm: 'short' | '81' | '82' | '83';
  /** 0x30: authenticated and encrypted. 0x20: encrypted only. */
  readonly security: number;
  /** One more with each frame; the second half of the initialisation vector. */
  readonly frameCounter: number;
  /** System title and frame counter, as they stand in the frame. */
  readonly iv: Uint8Array;
  readonly ciphertext: Uint8Array;
  /** The first 12 bytes of the authentication tag; null if the frame is encrypted only. */
  readonly tag: Uint8Array | null;
}

/**
 * Bytes of the envelope that begins at `at`, whether they are all there or not: 0 if none begins there, -1 if too little
 * of it is there to tell.
 */
export function envelopeLength(bytes: Uint8Array, at: number): number {
  const end = bytes.length;
  if (bytes[at] !== ENVELOPE || (at + 1 < end && bytes[at + 1] !== TITLE_LENGTH)) return 0;
  if (at + LENGTH_AT >= end) return -1;
  const lengthBytes = lengthBytesOf(bytes[at + LENGTH_AT]!);
  const securityAt = at + LENGTH_AT + 1 + lengthBytes;
  if (lengthBytes > 3) return 0;
  if (securityAt >= end) return -1;
  const security = bytes[securityAt]!;
  const least = 1 + COUNTER_LENGTH + 1 + (security === AUTHENTICATED ? TAG_LENGTH : 0);
  const length = contentLength(bytes, at + LENGTH_AT, lengthBytes);
  const total = securityAt - at + length;
  const isBelievable = security === AUTHENTICATED || security === ENCRYPTED;
  return isBelievable && length >= least && total <= MOST_BYTES ? total : 0;
}

/**
 * Offset in `bytes[from, to)` of the next envelope, or of what is too close to the end of all bytes to tell; -1 if there
 * is none.
 */
export function nextEnvelope(bytes: Uint8Array, from: number, to: number): number {
  // A view costs more than a look at a few more bytes.
  const looked = bytes.length > 2 * to ? bytes.subarray(0, to) : bytes;
  let at = looked.indexOf(ENVELOPE, from);
  while (at >= 0 && envelopeLength(bytes, at) === 0) at = looked.indexOf(ENVELOPE, at + 1);
  return at < to ? at : -1;
}

/**
 * Takes one envelope apart; whether its content is genuine is for who has the key to find out.
 * @throws BridgeError frame/malformed if the bytes are anything but one whole envelope
 */
export function decodeEnvelope(bytes: Uint8Array): Envelope {
  if (envelopeLength(bytes, 0) !== bytes.length)
    throw new BridgeError('frame/malformed', 'no envelope of an encrypted telegram');
  const lengthBytes = lengthBytesOf(bytes[LENGTH_AT]!);
  const securityAt = LENGTH_AT + 1 + lengthBytes;
  const counterAt = securityAt + 1;
  const from = counterAt + COUNTER_LENGTH;
  const security = bytes[securityAt]!;
  const to = security === AUTHENTICATED ? bytes.length - TAG_LENGTH : bytes.length;
  const systemTitle = bytes.subarray(2, LENGTH_AT);
  const counter = bytes.subarray(counterAt, from);
  const iv = new Uint8Array(TITLE_LENGTH + COUNTER_LENGTH);
  iv.set(systemTitle);
  iv.set(counter, TITLE_LENGTH);
  return {
    systemTitle,
    lengthForm: LENGTH_FORMS[lengthBytes]!,
    security,
    frameCounter: bigEndian(counter),
    iv,
    ciphertext: bytes.subarray(from, to),
    tag: to < bytes.length ? bytes.subarray(to) : null,
  };
}

/** Puts an envelope together; the length is written in two bytes, as all known meters do. */
export function encodeEnvelope(envelope: Pick<Envelope, 'iv' | 'ciphertext' | 'tag'>): Uint8Array {
  const { iv, ciphertext, tag } = envelope;
  const length = 1 + COUNTER_LENGTH + ciphertext.length + (tag?.length ?? 0);
  const security = tag ? AUTHENTICATED : ENCRYPTED;
  return Uint8Array.of(
    ENVELOPE,
    TITLE_LENGTH,
    ...iv.subarray(0, TITLE_LENGTH),
    ...[0x82, length >>> 8, length & 0xff, security],
    ...iv.subarray(TITLE_LENGTH),
    ...ciphertext,
    ...(tag ?? []),
  );
}

const LENGTH_FORMS = ['short', '81', '82', '83'] as const;

/** BER: below 0x80 the length itself, else 0x80 and how many bytes follow that hold it. */
function lengthBytesOf(first: number): number {
  return first < 0x80 ? 0 : first & 0x7f || 4;
}

function contentLength(bytes: Uint8Array, at: number, lengthBytes: number): number {
  return lengthBytes === 0 ? bytes[at]! : bigEndian(bytes.subarray(at + 1, at + 1 + lengthBytes));
}

function bigEndian(bytes: Uint8Array): number {
  let value = 0;
  for (const byte of bytes) value = value * 256 + byte;
  return value;
}
