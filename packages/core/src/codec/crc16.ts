/**
 * CRC-16 by table, eight bytes at a step. The names are those of the catalogue of parametrised CRC algorithms.
 * Every variant here starts from `init`, reads and writes bits in the same order, and has no final XOR.
 */
export interface Crc16 {
  readonly init: number;
  readonly reflected: boolean;
  /** table[k × 256 + b]: what byte b does to the register when k more bytes follow it. */
  readonly table: Uint16Array;
  /** reverse[h]: the byte whose table entry has the high byte h; there is exactly one. */
  readonly reverse: Uint8Array;
}

export const CRC16 = {
  /** P1 telegrams: DSMR P1 companion 5.0.2, section 6.2. Check value BB3D. */
  arc: crc16Table({ polynomial: 0x8005, init: 0x0000, reflected: true }),
  /** Modbus RTU and the HM frames of Hoymiles DTUs. Check value 4B37. */
  modbus: crc16Table({ polynomial: 0x8005, init: 0xffff, reflected: true }),
  /** Kamstrup KMP. Check value 31C3. */
  xmodem: crc16Table({ polynomial: 0x1021, init: 0x0000, reflected: false }),
} as const;

/** The CRC of `bytes[from, to)`. */
export function crc16(bytes: Uint8Array, variant: Crc16, from = 0, to = bytes.length): number {
  const { table, reflected } = variant;
  let crc = variant.init;
  let at = from;
  // The eight look-ups of a step wait for the step before, but not for each other.
  for (; at + 8 <= to; at += 8) {
    // The register meets the first two bytes: low byte first where bits are reflected, else high byte first.
    const register = reflected ? crc : (crc >>> 8) | ((crc & 0xff) << 8);
    crc =
      table[0x700 + (bytes[at]! ^ (register & 0xff))]! ^
      table[0x600 + (bytes[at + 1]! ^ (register >>> 8))]! ^
      table[0x500 + bytes[at + 2]!]! ^
      table[0x400 + bytes[at + 3]!]! ^
      table[0x300 + bytes[at + 4]!]! ^
      table[0x200 + bytes[at + 5]!]! ^
      table[0x100 + bytes[at + 6]!]! ^
      table[bytes[at + 7]!]!;
  }
  for (; at < to; at++) crc = step(table, reflected, crc, bytes[at]!);
  return crc;
}

/**
 * Takes the last byte out of a reflected CRC again. Going backwards from a known CRC, the register
 * equals `init` exactly where the checked bytes may have begun.
 */
export function uncrc16(crc: number, byte: number, variant: Crc16): number {
  const index = variant.reverse[crc >>> 8]!;
  return (((crc ^ variant.table[index]!) & 0xff) << 8) | (index ^ byte);
}

function step(table: Uint16Array, reflected: boolean, crc: number, byte: number): number {
  if (reflected) return (crc >>> 8) ^ table[(crc ^ byte) & 0xff]!;
  return ((crc << 8) & 0xffff) ^ table[(crc >>> 8) ^ byte]!;
}

function crc16Table(parameters: { polynomial: number; init: number; reflected: boolean }): Crc16 {
  const { init, reflected } = parameters;
  const table = new Uint16Array(8 * 256);
  const reverse = new Uint8Array(256);
  for (let byte = 0; byte < 256; byte++) {
    const crc = reflected ? reflect(shiftOut(reflect(byte, 8) << 8), 16) : shiftOut(byte << 8);
    table[byte] = crc;
    reverse[crc >>> 8] = byte;
  }
  for (let at = 256; at < table.length; at++) table[at] = step(table, reflected, table[at - 256]!, 0);
  return { init, reflected, table, reverse };

  function shiftOut(register: number): number {
    let crc = register;
    for (let bit = 0; bit < 8; bit++) crc = crc & 0x8000 ? (crc << 1) ^ parameters.polynomial : crc << 1;
    return crc & 0xffff;
  }
}

function reflect(value: number, bits: number): number {
  let result = 0;
  for (let bit = 0; bit < bits; bit++) if (value & (1 << bit)) result |= 1 << (bits - 1 - bit);
  return result;
}
