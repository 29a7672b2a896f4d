import { Decimal } from '@meterbridge/core/codec';
import { decodeMbus, type MbusLong, mbusFault } from '@meterbridge/core/frames';
import { applicationErrorName } from './protocol/application-error.ts';
import type { FixedHeader, FixedRecord } from './protocol/fixed.ts';
import type { TelegramHeader } from './protocol/header.ts';
import { hexByte, hexText } from './protocol/hex.ts';
import { fixedMediumName, mediumName } from './protocol/medium.ts';
import type { DataRecord } from './protocol/record.ts';
import { factorText } from './protocol/scale.ts';
import { type DecodeOptions, decodeTelegram, type Telegram } from './protocol/telegram.ts';

/** One frame as the `decode` command prints it; `ok` is false with an `error` when not all of it could be decoded. */
export function frameJson(bytes: Uint8Array, options: DecodeOptions = {}) {
  const fault = mbusFault(bytes);
  if (fault) return { ok: false, error: fault };
  const frame = decodeMbus(bytes);
  if (frame.type === 'ack') return { ok: true, frame: { type: frame.type } };
  if (frame.type === 'short') return { ok: true, frame: { type: frame.type, c: frame.c, a: frame.a } };
  const telegram = decodeTelegram(frame, options);
  return {
    ok: telegram.fault === null,
    ...(telegram.fault && { error: telegram.fault }),
    frame: envelopeJson(frame),
    ...telegramJson(telegram),
    ...(telegram.fault === 'wrong_direction' && { userData: hexText(frame.data) }),
  };
}

function envelopeJson({ type, c, a, ci }: MbusLong) {
  return { type, c, a, ci, direction: c & 0x40 ? 'to_slave' : 'to_master' };
}

function telegramJson(telegram: Telegram) {
  const { structure } = telegram;
  switch (structure) {
    case 'application_error':
      return {
        structure,
        applicationError: { code: telegram.code, name: applicationErrorName(telegram.code) },
      };
    case 'alarm':
      return { structure, alarm: { code: telegram.code } };
    case null:
      return {};
  }
  if (telegram.records === undefined) return { structure };
  return {
    structure,
    ...(telegram.header && { header: headerJson(telegram.header) }),
    ...(telegram.structure === 'variable' && telegram.encryption && { encryption: telegram.encryption }),
    ...(telegram.records && {
      records: telegram.records.map(recordJson),
      moreRecordsFollow: telegram.hasMore,
      manufacturerData: telegram.manufacturerData && hexText(telegram.manufacturerData),
    }),
  };
}

function headerJson(header: TelegramHeader | FixedHeader) {
  if (!('signature' in header)) return { ...header, mediumName: fixedMediumName(header.medium) };
  const { signature, medium } = header;
  return {
    ...header,
    ...(medium !== undefined && { mediumName: mediumName(medium) }),
    signature: hexByte(signature >> 8) + hexByte(signature & 0xff),
  };
}

function recordJson(record: DataRecord | FixedRecord) {
  const { head } = record;
  return {
    ...(head.dib !== null && { dib: head.dib, vib: head.vib }),
    storage: head.storage,
    tariff: head.tariff,
    subunit: head.subunit,
    function: head.function,
    coding: head.coding,
    quantity: head.quantity,
    unit: head.unit,
    valueType: record.valueType,
    value: plain(record.value),
    valid: record.isValid,
    ...(record.raw !== null && { rawValue: rawText(record), factor: factorText(head) }),
    ...(record.text !== null && { text: record.text }),
    ...(record.isDst && { dst: true }),
    ...(record.lvar !== null && { lvar: hexByte(record.lvar) }),
    rawData: hexText(record.bytes, record.from, record.to),
    ...(head.modifiers.length > 0 && { modifiers: head.modifiers }),
    ...(head.manufacturerVife !== null && { manufacturerVife: head.manufacturerVife }),
    ...('counter' in record && { counter: record.counter, unitCode: record.unitCode }),
  };
}

/** JSON keeps the digits of the meter. */
function plain(value: DataRecord['value']): unknown {
  return value instanceof Decimal ? JSON.rawJSON(value.toString()) : value;
}

/** Reals show that they are: `0.0`, `-0.0`, `1e-05`. */
function rawText({ head, raw }: DataRecord): string {
  if (head.coding !== 'real32' || typeof raw !== 'number') return String(raw);
  const size = Math.abs(raw);
  if (size !== 0 && (size < 1e-4 || size >= 1e16))
    return raw.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
  const text = Object.is(raw, -0) ? '-0' : String(raw);
  return text.includes('.') ? text : `${text}.0`;
}
