import { u16 } from '@meterbridge/core/codec';
import { BridgeError } from '@meterbridge/core/errors';
import type { KmpFrame } from '@meterbridge/core/frames';
import {
  decodeFormat,
  decodeRecord,
  FORMAT_LENGTH,
  type RegisterFormat,
  type RegisterRecord,
} from './record.ts';
import { COMMAND, registerList } from './request.ts';

/** Records of a logger module: the top module of a 601, or the built-in logger of an 801 (KMP description 5512-447, 6.3). */
export interface LogAnswer {
  readonly log: number;
  readonly registers: readonly RegisterFormat[];
  readonly records: readonly LogRecord[];
  /** null: not told, as there is no record. */
  readonly lastReadRecord: number | null;
  readonly newestRecord: number | null;
  /** Bit 0: the log is empty; 2: nothing is there; 3: there is more than fits; 4: there is no more. */
  readonly info: number;
}

export interface LogRecord {
  readonly id: number;
  readonly values: readonly RegisterRecord[];
}

export interface LogRequest {
  /** 7Fh: top module or built-in logger; BFh: base module. */
  readonly address: number;
  readonly log: number;
  readonly registers: readonly number[];
  readonly records: number;
}

/** Bytes of the answer data that are not of records: log, count; last read, newest, info. */
const HEAD = 2;
const TAIL = 5;
/** Bits of the info byte that say that there is no record. */
const NOTHING = 0b101;
/** Bytes that an answer may have at most. */
const MOST_BYTES = 128;

/** GetLogLastPresent: the newest records. */
export function lastRecordsRequest({ address, log, registers, records }: LogRequest): KmpFrame {
  const list = registerList(registers);
  const data = new Uint8Array(3 + list.length);
  data[0] = log;
  data.set(list, 1);
  data[data.length - 2] = records;
  data[data.length - 1] = MOST_BYTES;
  return { direction: 'request', address, command: COMMAND.getLogLastPresent, data };
}

/**
 * Reads the data of an answer to any of the four log requests. Formats come with the first record only.
 * @throws BridgeError frame/malformed
 */
export function decodeLog(data: Uint8Array): LogAnswer {
  const end = data.length - TAIL;
  const info = data.at(-1) ?? 0;
  // Without a record the answer may be of any length; the info stays the last (KMP description 5512-447, 6.3).
  const isEmpty = (info & NOTHING) !== 0 && data.length > 1;
  if (end < HEAD && !isEmpty) throw new BridgeError('frame/malformed', 'a log answer is cut short');
  const hasTail = end >= HEAD;
  const answer = {
    log: data[0]!,
    lastReadRecord: hasTail ? u16(data, end) : null,
    newestRecord: hasTail ? u16(data, end + 2) : null,
    info,
  };
  if (isEmpty || end === HEAD) return { ...answer, registers: [], records: [] };
  const first = firstRecord(data.subarray(0, end), data[1]!);
  const records = [first.record];
  const registers = first.record.values.map(({ id, unitCode, nob, siex }) => ({ id, unitCode, nob, siex }));
  for (let at = first.end; at < end; ) {
    const record = nextRecord(data.subarray(0, end), at, registers);
    records.push(record);
    at += 2 + registers.reduce((bytes, { nob }) => bytes + nob, 0);
  }
  return { ...answer, registers, records };
}

function firstRecord(data: Uint8Array, count: number): { readonly record: LogRecord; readonly end: number } {
  const values: RegisterRecord[] = [];
  let at = HEAD + 2;
  for (let index = 0; index < count; index++) {
    const format = decodeFormat(data, at);
    values.push(decodeRecord(format, data, at + FORMAT_LENGTH));
    at += FORMAT_LENGTH + format.nob;
  }
  return { record: { id: u16(data, HEAD), values }, end: at };
}

function nextRecord(data: Uint8Array, from: number, registers: readonly RegisterFormat[]): LogRecord {
  if (from + 2 > data.length) throw new BridgeError('frame/malformed', 'a log record is cut short');
  let at = from + 2;
  const values = registers.map((format) => {
    const value = decodeRecord(format, data, at);
    at += format.nob;
    return value;
  });
  return { id: u16(data, from), values };
}
