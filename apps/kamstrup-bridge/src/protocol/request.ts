import { u16 } from '@meterbridge/core/codec';
import type { KmpFrame } from '@meterbridge/core/frames';

/** Command ids (KMP description 5512-447, 6.1). This program only ever sends the first three, and the log's. */
export const COMMAND = {
  getType: 0x01,
  getSerialNo: 0x02,
  setClock: 0x09,
  getRegister: 0x10,
  putRegister: 0x11,
  getLogTimePresent: 0xa0,
  getLogLastPresent: 0xa1,
  getLogIdPresent: 0xa2,
  getLogTimePast: 0xa3,
} as const;

/** The meter itself. */
export const METER_ADDRESS = 0x3f;

/** Loggers: the top module of a 601 or the built-in one of an 801, and the base module of a 601. */
export const LOGGERS = { top: 0x7f, base: 0xbf } as const;

/** More registers than this are not answered (KMP description 5512-447, 6.2.4). */
export const MOST_REGISTERS = 8;

const NOTHING = new Uint8Array(0);

export function typeRequest(): KmpFrame {
  return request(COMMAND.getType, NOTHING);
}

export function serialRequest(): KmpFrame {
  return request(COMMAND.getSerialNo, NOTHING);
}

/** @param ids one to eight of them */
export function registerRequest(ids: readonly number[]): KmpFrame {
  return request(COMMAND.getRegister, registerList(ids));
}

/** Count, then the ids with their high byte first. */
export function registerList(ids: readonly number[]): Uint8Array {
  const data = new Uint8Array(1 + 2 * ids.length);
  data[0] = ids.length;
  for (const [index, id] of ids.entries()) {
    data[1 + 2 * index] = id >>> 8;
    data[2 + 2 * index] = id & 0xff;
  }
  return data;
}

/** The registers that a GetRegister request asks for, or null if it is none. */
export function requestedRegisters({ command, data }: KmpFrame): readonly number[] | null {
  if (command !== COMMAND.getRegister || data.length !== 1 + 2 * (data[0] ?? 0)) return null;
  const ids: number[] = [];
  for (let at = 1; at < data.length; at += 2) ids.push(u16(data, at));
  return ids;
}

function request(command: number, data: Uint8Array): KmpFrame {
  return { direction: 'request', address: METER_ADDRESS, command, data };
}
