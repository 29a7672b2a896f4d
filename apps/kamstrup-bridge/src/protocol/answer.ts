import { toBridgeError } from '@meterbridge/core/errors';
import { decodeKmp, isKmpAcknowledge, type KmpFrame } from '@meterbridge/core/frames';
import { decodeLog, type LogAnswer } from './log.ts';
import { decodeRecords, type RegisterRecord } from './record.ts';
import { COMMAND, requestedRegisters } from './request.ts';

/** What a meter answers. */
export type Answer =
  | { readonly kind: 'type'; readonly meterType: number; readonly revision: string | null }
  | { readonly kind: 'serial'; readonly serial: string }
  | RegisterAnswer
  | { readonly kind: 'log'; readonly log: LogAnswer }
  | { readonly kind: 'acknowledge' }
  | { readonly kind: 'other'; readonly data: Uint8Array };

export interface RegisterAnswer {
  readonly kind: 'registers';
  /** Those that were asked for, in the order of the answer. */
  readonly records: readonly RegisterRecord[];
  /** Asked for, but left out: the meter does not have them. */
  readonly missing: readonly number[];
  /** Told, but not asked for. */
  readonly unrequested: readonly number[];
}

/** Why something on the line is no answer to a request. */
export type Objection = 'echo' | 'noise' | 'crc_error' | 'malformed' | 'mismatch';

export type Verdict = { readonly answer: Answer } | { readonly objection: Objection };

/** What one frame, or one lone acknowledge, means as an answer to a request. */
export function judge(request: KmpFrame, bytes: Uint8Array): Verdict {
  if (isKmpAcknowledge(bytes)) return acknowledges(request);
  let frame: KmpFrame;
  try {
    frame = decodeKmp(bytes);
  } catch (thrown) {
    // What begins like a request is our own, come back damaged.
    if (bytes[0] === 0x80) return { objection: 'echo' };
    return { objection: toBridgeError(thrown).code === 'frame/checksum' ? 'crc_error' : 'malformed' };
  }
  if (frame.direction === 'request') return { objection: 'echo' };
  if (frame.address !== request.address || frame.command !== request.command)
    return { objection: 'mismatch' };
  return readAnswer(request, frame.data);
}

/** A lone 06h answers what has no other answer; anywhere else it is noise. */
function acknowledges({ command }: KmpFrame): Verdict {
  const isAwaited = command === COMMAND.setClock || command === COMMAND.putRegister;
  return isAwaited ? { answer: { kind: 'acknowledge' } } : { objection: 'noise' };
}

function readAnswer(request: KmpFrame, data: Uint8Array): Verdict {
  switch (request.command) {
    case COMMAND.getType:
      return typeAnswer(data);
    case COMMAND.getSerialNo:
      return serialAnswer(data);
    case COMMAND.getRegister:
      return registerAnswer(requestedRegisters(request) ?? [], data);
    case COMMAND.getLogTimePresent:
    case COMMAND.getLogLastPresent:
    case COMMAND.getLogIdPresent:
    case COMMAND.getLogTimePast:
      return logAnswer(data);
    default:
      return { answer: { kind: 'other', data } };
  }
}

function typeAnswer(data: Uint8Array): Verdict {
  if (data.length !== 4) return { objection: 'malformed' };
  const meterType = (data[0]! << 8) | data[1]!;
  return { answer: { kind: 'type', meterType, revision: revisionText(data[2]!, data[3]!) } };
}

/** 07 01 is G1; 00 00 is not given (KMP description 5512-447, 6.2.1). */
function revisionText(letter: number, number: number): string | null {
  return letter >= 1 && letter <= 26 ? `${String.fromCharCode(0x40 + letter)}${number}` : null;
}

function serialAnswer(data: Uint8Array): Verdict {
  if (data.length !== 4) return { objection: 'malformed' };
  const serial = String(new DataView(data.buffer, data.byteOffset).getUint32(0));
  return { answer: { kind: 'serial', serial } };
}

function registerAnswer(requested: readonly number[], data: Uint8Array): Verdict {
  let all: readonly RegisterRecord[];
  try {
    all = decodeRecords(data);
  } catch {
    return { objection: 'malformed' };
  }
  if (isAsRequested(all, requested))
    return { answer: { kind: 'registers', records: all, missing: [], unrequested: [] } };
  const records = all.filter(({ id }) => requested.includes(id));
  // An answer that comes late, to what was asked before; one without registers says that the meter has none of them.
  if (records.length === 0 && all.length > 0) return { objection: 'mismatch' };
  if (records.some((record) => contradicts(record, records))) return { objection: 'malformed' };
  const unrequested = all.map(({ id }) => id).filter((id) => !requested.includes(id));
  const missing = requested.filter((id) => !records.some((record) => record.id === id));
  return { answer: { kind: 'registers', records, missing, unrequested } };
}

function logAnswer(data: Uint8Array): Verdict {
  try {
    return { answer: { kind: 'log', log: decodeLog(data) } };
  } catch {
    return { objection: 'malformed' };
  }
}

/** As nearly every answer is: nothing left out, nothing added, nothing twice. */
function isAsRequested(records: readonly RegisterRecord[], requested: readonly number[]): boolean {
  if (records.length !== requested.length) return false;
  for (let at = 0; at < requested.length; at++)
    if (records[at]!.id !== requested[at] || requested.indexOf(requested[at]!) !== at) return false;
  return true;
}

/** The same register twice with two values: nobody knows which is right. */
function contradicts(record: RegisterRecord, others: readonly RegisterRecord[]): boolean {
  return others.some(
    (other) =>
      other.id === record.id &&
      other !== record &&
      (other.unitCode !== record.unitCode || other.value?.toString() !== record.value?.toString()),
  );
}
