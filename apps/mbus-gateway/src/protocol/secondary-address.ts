import { bytesOf } from '@meterbridge/core/codec';
import { manufacturerCode } from './header.ts';
import { hexByte, hexNumber, hexText } from './hex.ts';
import type { Telegram } from './telegram.ts';

/**
 * Identification, manufacturer in wire order, version and medium as 16 hexadecimal digits: `1234567824400107`. With F
 * for a digit of the identification, FFFF for the manufacturer and FF for version or medium it is a mask.
 */
export type SecondaryAddress = string;

export const EVERY_METER: SecondaryAddress = 'FFFFFFFFFFFFFFFF';

/** Digits of the identification. */
export const ID_DIGITS = 8;

export function isSecondaryAddress(text: string): boolean {
  return /^[0-9A-F]{16}$/i.test(text);
}

/** The eight bytes of a selection (EN 13757-3, 11.3): identification least significant byte first. */
export function addressBytes(address: SecondaryAddress): Uint8Array {
  const bytes = bytesOf(address);
  bytes.subarray(0, 4).reverse();
  return bytes;
}

/** Reads what {@link addressBytes} makes. */
export function addressOfBytes(bytes: Uint8Array): SecondaryAddress {
  return hexNumber(bytes, 0, 4, false) + hexText(bytes, 4, 8);
}

/**
 * The address of a meter by its answer; null if that does not tell who sent it. Meters of the fixed structure have no
 * more than their number.
 */
export function addressOf(telegram: Telegram): SecondaryAddress | null {
  if (telegram.structure === 'fixed' && telegram.header) return `${telegram.header.id}FFFFFFFF`;
  if (telegram.structure !== 'variable' || !telegram.header) return null;
  const { id, manufacturer, version, medium } = telegram.header;
  if (id === undefined || manufacturer === undefined || version === undefined || medium === undefined)
    return null;
  const code = manufacturerCode(manufacturer);
  return id + [code & 0xff, code >> 8, version, medium].map(hexByte).join('');
}

/** Whether a meter with this address is meant by a mask. */
export function isSelected(address: SecondaryAddress, mask: SecondaryAddress): boolean {
  const id = Array.from(mask.slice(0, ID_DIGITS)).every(
    (digit, at) => digit === 'F' || digit === address[at],
  );
  const parts = [
    [8, 12],
    [12, 14],
    [14, 16],
  ] as const;
  return (
    id &&
    parts.every(([from, to]) => {
      const part = mask.slice(from, to);
      return /^F+$/.test(part) || part === address.slice(from, to);
    })
  );
}
