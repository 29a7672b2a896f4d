import { bytesOf, hexOf, latin1 } from '@meterbridge/core/codec';
import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import {
  decodeKmp,
  FrameSplitter,
  isKmpAcknowledge,
  KMP_LIMIT,
  type KmpFrame,
  openKmp,
  scanKmp,
} from '@meterbridge/core/frames';
import { type Answer, judge, type Objection } from './protocol/answer.ts';
import { clockText } from './protocol/clock.ts';
import type { LogAnswer } from './protocol/log.ts';
import { mantissaOf, type RegisterRecord } from './protocol/record.ts';
import { registerEntry } from './protocol/registers.ts';
import { kindOf, unitName } from './protocol/unit.ts';

/** The more telling objection first: it is what an exchange without answer has come to. */
const TELLING: readonly Objection[] = ['crc_error', 'malformed', 'mismatch'];

/** One exchange, `REQUEST_HEX RX_HEX` or `RX_HEX` alone, as one line of JSON. */
export function exchangeJson(line: string): { readonly json: string; readonly failed: boolean } {
  // Behind a request that nobody answered there is nothing, but there is the blank in front of it.
  const [first = '', second, third] = line
    .trimStart()
    .replace(/[\r\n]+$/, '')
    .split(/[ \t]+/);
  try {
    if (third)
      throw new BridgeError(
        'frame/malformed',
        'a line is REQUEST_HEX RX_HEX; there are no blanks between bytes',
      );
    const received = piecesOf(bytesOf(second ?? first));
    const outcome = second === undefined ? {} : outcomeOf(decodeRequest(bytesOf(first)), received);
    return { json: JSON.stringify({ ...outcome, frames: received.flatMap(frameJson) }), failed: false };
  } catch (thrown) {
    const { code, message } = toBridgeError(thrown);
    return { json: JSON.stringify({ error: code, message }), failed: true };
  }
}

function decodeRequest(bytes: Uint8Array): KmpFrame {
  const frame = decodeKmp(bytes);
  if (frame.direction === 'request') return frame;
  throw new BridgeError('frame/malformed', 'the first of the two frames is no request');
}

function piecesOf(bytes: Uint8Array): readonly Uint8Array[] {
  const splitter = new FrameSplitter(scanKmp, KMP_LIMIT);
  const pieces = [...splitter.push(bytes), ...splitter.end()];
  return pieces.filter(({ error }) => error === null).map((piece) => piece.bytes);
}

function outcomeOf(request: KmpFrame, received: readonly Uint8Array[]): object {
  const objections = new Set<Objection>();
  for (const bytes of received) {
    const verdict = judge(request, bytes);
    if ('answer' in verdict) return answerJson(verdict.answer);
    objections.add(verdict.objection);
  }
  return { outcome: TELLING.find((objection) => objections.has(objection)) ?? 'timeout' };
}

function answerJson(answer: Answer): object {
  switch (answer.kind) {
    case 'type':
      return {
        outcome: 'ok',
        meter_type: answer.meterType,
        meter_type_hex: answer.meterType.toString(16).padStart(4, '0'),
        software_revision: answer.revision,
      };
    case 'serial':
      return { outcome: 'ok', serial: answer.serial };
    case 'acknowledge':
      return { outcome: 'ack' };
    case 'log':
      return { outcome: 'ok', ...logJson(answer.log) };
    case 'other':
      return { outcome: 'ok', data: hexOf(answer.data) };
    case 'registers': {
      const { records, missing, unrequested } = answer;
      const isRepeated = new Set(records.map(({ id }) => id)).size < records.length;
      return {
        outcome: 'ok',
        registers: records.map(recordJson),
        missing,
        ...(unrequested.length > 0 && { unrequested }),
        // Twice the same, or the answer would be refused.
        ...(isRepeated && { registers_unique: true }),
      };
    }
  }
}

function recordJson(record: RegisterRecord): object {
  const { id, unitCode, nob, siex, value } = record;
  const mantissa = mantissaOf(record);
  const entry = registerEntry(id);
  const kind = kindOf(unitCode);
  const display = clockText(record);
  return {
    id,
    name: entry.isClassic ? entry.name : null,
    unit_code: unitCode,
    unit: unitName(unitCode),
    kind,
    nob,
    siex,
    mantissa_hex: hexOf(mantissa),
    value: value === null ? null : value.toString(),
    ...(display !== undefined && { display }),
    ...(kind === 'text' && { text: latin1(mantissa) }),
  };
}

/** A log as the corpus shows it. */
export function logJson({ log, registers, records, lastReadRecord, newestRecord, info }: LogAnswer): object {
  return {
    log,
    registers: registers.map(({ id, unitCode, nob, siex }) => ({ id, unit_code: unitCode, nob, siex })),
    records: records.map(({ id, values }) => ({
      record_id: id,
      values: values.map(({ value }) => value?.toString() ?? null),
    })),
    last_read_record: lastReadRecord,
    newest_record: newestRecord,
    info,
  };
}

function frameJson(bytes: Uint8Array): readonly object[] {
  if (isKmpAcknowledge(bytes)) return [];
  const { payload, crc, isCrcRight, isStuffingRight } = openKmp(bytes);
  return [
    {
      start: hexOf(bytes.subarray(0, 1)),
      payload: hexOf(payload),
      crc: crc === null ? '' : crc.toString(16).padStart(4, '0'),
      crc_ok: isCrcRight,
      escape_ok: isStuffingRight,
    },
  ];
}
