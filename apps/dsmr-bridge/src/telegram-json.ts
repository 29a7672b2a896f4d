import { Decimal, hexOf, latin1 } from '@meterbridge/core/codec';
import { type P1Frame, p1Crc } from '@meterbridge/core/frames';
import { formatInstant, type Instant, isInstant } from '@meterbridge/core/model';
import type { Seal } from './encryption.ts';
import { isNoData, type MbusDevice, mbusDevices } from './protocol/mbus-device.ts';
import type { ListEntry, ObjectValue, P1Object } from './protocol/object.ts';
import {
  equipmentObject,
  headerParts,
  type Telegram,
  telegramTime,
  telegramVersion,
} from './protocol/telegram.ts';

/** A telegram as one line of JSON; numbers keep the digits that the meter sent. */
export function telegramJson(telegram: Telegram, seal: Seal | null = null): string {
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
    ...(seal && { frame: sealJson(seal) }),
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

function sealJson({ envelope, tagValid }: Seal) {
  return {
    system_title: hexOf(envelope.systemTitle),
    frame_counter: envelope.frameCounter,
    security_control: envelope.security,
    length_form: envelope.lengthForm,
    tag_valid: tagValid,
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
