import { Decimal, latin1 } from '@meterbridge/core/codec';
import type { ErrorCode } from '@meterbridge/core/errors';
import {
  type CrcPolicy,
  decodeP1,
  FrameSplitter,
  type P1Frame,
  type Piece,
  p1Crc,
  p1Scanner,
} from '@meterbridge/core/frames';
import { formatInstant, type Instant, isInstant } from '@meterbridge/core/model';
import { isNoData, type MbusDevice, mbusDevices } from './protocol/mbus-device.ts';
import type { ListEntry, ObjectValue, P1Object } from './protocol/object.ts';
import {
  decodeTelegram,
  equipmentObject,
  headerParts,
  type Telegram,
  telegramTime,
  telegramVersion,
} from './protocol/telegram.ts';
import { meterClock } from './protocol/timestamp.ts';

export interface DecodeOptions {
  readonly crc: CrcPolicy;
  /** IANA zone of the meter. */
  readonly timezone: string;
  readonly maxTelegramBytes: number;
}

/** The words of the `decode` command for what can be wrong with a telegram; scripts rely on them. */
const ERROR_WORDS: Partial<Record<ErrorCode, string>> = {
  'frame/checksum': 'crc_mismatch',
  'frame/checksum-missing': 'crc_missing',
  'frame/truncated': 'truncated',
  'frame/overlong': 'overflow',
};

/** One JSON object per telegram in a stream, in the order found: the telegram, or why there is none. */
export async function* decodeStream(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  options: DecodeOptions,
): AsyncGenerator<{ readonly json: string; readonly failed: boolean }> {
  const splitter = new FrameSplitter(p1Scanner(options.crc), options.maxTelegramBytes);
  const clock = meterClock(options.timezone);
  const decode = ({ error, bytes }: Piece) =>
    error
      ? { json: JSON.stringify({ error: ERROR_WORDS[error] ?? error, bytes: bytes.length }), failed: true }
      : { json: telegramJson(decodeTelegram(decodeP1(bytes), clock)), failed: false };
  for await (const chunk of chunks) yield* splitter.push(chunk).map(decode);
  yield* splitter.end().map(decode);
}

/** A telegram as one line of JSON; numbers keep the digits that the meter sent. */
export function telegramJson(telegram: Telegram): string {
  const { frame } = telegram;
  const { manufacturer, baudId, identification } = headerParts(frame);
  const time = telegramTime(telegram);
  return JSON.stringify({
    header: { raw: `/${frame.header}`, manufacturer, baud_id: baudId, identification },
    version: telegramVersion(telegram),
    equipment_id: equipmentJson(telegram),
    timestamp: time && formatInstant(time),
    objects: telegram.objects.map((object) => objectJson(object, frame)),
    unparsed: telegram.unparsed,
    mbus: mbusDevices(telegram).map(deviceJson),
    crc: crcJson(frame),
    terminated: isTerminated(frame),
  });
}

function equipmentJson(telegram: Telegram) {
  const object = equipmentObject(telegram);
  if (!object) return null;
  const raw = latin1(telegram.frame.bytes, object.from + 1, object.to - 1);
  return { obis: object.obis, raw, text: plain(object.value) };
}

function objectJson(object: P1Object, frame: P1Frame) {
  const { timestamp, status, periodMinutes, count, name } = object.details ?? {};
  return {
    obis: object.obis,
    name: name ?? object.entry?.name ?? null,
    value: plain(object.value),
    unit: object.unit,
    ...(timestamp !== undefined && { timestamp: timestamp && formatInstant(timestamp) }),
    ...(status !== undefined && { status }),
    ...(periodMinutes !== undefined && { period_minutes: periodMinutes }),
    ...(count !== undefined && { count }),
    raw: latin1(frame.bytes, object.from, object.to).replace(/\r?\n/, '\r\n'),
  };
}

function deviceJson(device: MbusDevice) {
  return {
    channel: device.channel,
    device_type: device.deviceType,
    medium: device.medium,
    equipment_id: device.equipmentId,
    connection_ean: device.connectionEan,
    valve_position: plain(device.valvePosition),
    readings: device.readings.map((reading) => ({
      obis: reading.obis,
      value: plain(reading.value),
      unit: reading.unit,
      timestamp: reading.details?.timestamp ? formatInstant(reading.details.timestamp) : null,
      no_data: isNoData(reading),
    })),
  };
}

function isTerminated(frame: P1Frame): boolean {
  return frame.bodyEnd < frame.bytes.length;
}

function crcJson(frame: P1Frame) {
  const four = (crc: number): string => crc.toString(16).toUpperCase().padStart(4, '0');
  const computed = isTerminated(frame) ? four(p1Crc(frame)) : null;
  const value = frame.crcText === null ? null : four(Number.parseInt(frame.crcText, 16));
  return {
    present: value !== null,
    text: frame.crcText,
    value,
    computed,
    valid: value && value === computed,
  };
}

function plain(value: ObjectValue): unknown {
  if (value instanceof Decimal) return JSON.rawJSON(value.toString());
  if (isInstant(value)) return formatInstant(value);
  if (value === null || typeof value === 'string') return value;
  return value.map((row: ListEntry | string) => (typeof row === 'string' ? row : rowJson(row)));
}

function rowJson({ timestamp, occurred, value, unit }: ListEntry) {
  const time = (instant: Instant | null): string | null => instant && formatInstant(instant);
  return {
    ...(timestamp !== undefined && { timestamp: time(timestamp) }),
    ...(occurred !== undefined && { occurred: time(occurred) }),
    value: plain(value),
    unit,
  };
}
