/** What a reader is judged by is written apart from what it does: checksums, a bit at a time. */

const ARC = 0xa001;

/** CRC-16/ARC begins with 0, CRC-16/MODBUS with 0xFFFF. */
export function crcReflected(bytes: Iterable<number>, begin: 0 | 0xffff): number {
  let crc: number = begin;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ ARC : crc >>> 1;
  }
  return crc;
}

/** CRC-16/XMODEM. */
export function crcXmodem(bytes: Iterable<number>): number {
  let crc = 0;
  for (const byte of bytes) {
    crc ^= byte << 8;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? ((crc << 1) ^ 0x1021) & 0xffff : crc << 1;
  }
  return crc;
}

/** M-Bus: the last byte of the sum. */
export function sumOf(bytes: Iterable<number>): number {
  let sum = 0;
  for (const byte of bytes) sum = (sum + byte) & 0xff;
  return sum;
}

export function wronglyTaken(what: string, bytes: Uint8Array): Error {
  return new Error(`${what} was taken: ${Buffer.from(bytes).toString('hex')}`);
}
