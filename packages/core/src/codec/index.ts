export { decodeBcd, encodeBcd } from './bcd.ts';
export { bytesOf, hexDigit, hexOf, i16, latin1, latin1Bytes, textOf, u16, u32, u48, utf8 } from './bytes.ts';
export { sum8 } from './checksum.ts';
export { CRC16, type Crc16, crc16, uncrc16 } from './crc16.ts';
export { Decimal } from './decimal.ts';
export { seededRandom } from './random.ts';
