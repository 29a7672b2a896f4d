import { encodeMbus } from '@meterbridge/core/frames';
import { addressBytes, type SecondaryAddress } from './secondary-address.ts';

/** Addresses with a meaning of their own (EN 13757-2, 5.7.5). */
export const SELECTED = 253;
export const ANY_ONE = 254;
export const MOST_PRIMARY = 250;

export const SND_NKE = 0x40;
/** With FCV set and FCB not, which is what masters usually send and all meters take. */
export const SND_UD = 0x53;
export const REQ_UD2 = 0x5b;
export const FCB = 0x20;

export const SELECT = 0x52;
export const WRITE = 0x51;
/** The next telegram is the first one again (EN 13757-3, 7.2). */
export const APPLICATION_RESET = 0x50;
/** The first of the codes that switch the speed, in the order of {@link BAUD_RATES}. */
export const SWITCH_BAUD = 0xb8;
export const BAUD_RATES: readonly number[] = [300, 600, 1200, 2400, 4800, 9600, 19_200, 38_400];

/** DIF 01, 8 bits, and VIF 7A, bus address. */
export const BUS_ADDRESS_RECORD: readonly number[] = [0x01, 0x7a];

/** Forget the frame count bit; to 253: be selected no more. */
export function resetRequest(a: number): Uint8Array {
  return encodeMbus({ type: 'short', c: SND_NKE, a });
}

/** Asks for the next telegram; with an unchanged bit for the last one again. */
export function dataRequest(a: number, frameCountBit: boolean): Uint8Array {
  return encodeMbus({ type: 'short', c: frameCountBit ? REQ_UD2 | FCB : REQ_UD2, a });
}

/** Selects all meters that a mask means, and no others. */
export function selectRequest(mask: SecondaryAddress): Uint8Array {
  return sendRequest(SELECTED, SELECT, addressBytes(mask));
}

/** @param address 1 to 250 */
export function setAddressRequest(a: number, address: number): Uint8Array {
  return sendRequest(a, WRITE, Uint8Array.of(...BUS_ADDRESS_RECORD, address));
}

/** The answer still comes at the old speed. @param baudRate one of {@link BAUD_RATES} */
export function switchBaudRequest(a: number, baudRate: number): Uint8Array {
  return sendRequest(a, SWITCH_BAUD + BAUD_RATES.indexOf(baudRate), new Uint8Array(0));
}

function sendRequest(a: number, ci: number, data: Uint8Array): Uint8Array {
  return encodeMbus({ type: data.length === 0 ? 'control' : 'long', c: SND_UD, a, ci, data });
}
