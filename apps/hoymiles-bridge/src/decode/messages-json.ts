import { Decimal, hexOf } from '@meterbridge/core/codec';
import { alarmCodeOf, alarmText } from '../protocol/alarms.ts';
import { isEncrypted, storedLimit } from '../protocol/appinfo.ts';
import type { Decoded, MessageName } from '../protocol/message.ts';
import type * as shapes from '../protocol/messages.ts';
import { serialText } from '../protocol/serial.ts';
import { dtuVersion, inverterHardware, inverterVersion } from '../protocol/version.ts';
import type { Json } from './json.ts';
import { realDataJson } from './realdata-json.ts';
import { storageJson } from './storage-json.ts';

type Describe = { readonly [Name in MessageName]?: (fields: shapes.Messages[Name]) => Json };

const tenths = (number: number): Decimal => new Decimal(number, 1);
const orNull = (number: number, decimals: number): Decimal | null =>
  number === 0 ? null : new Decimal(number, decimals);

/** Messages whose values the `decode` command shows in physical units. */
const DESCRIBED: Describe = {
  RealDataNew: realDataJson,
  AppInfo: appInfoJson,
  CommandReply: ({ dtuSerial, time, action, transaction, error }) => ({
    dtu_serial: dtuSerial,
    time,
    action,
    tid: transaction,
    error,
  }),
  CommandStatusReply: (fields) => ({
    dtu_serial: fields.dtuSerial,
    time: fields.time,
    action: fields.action,
    tid: fields.transaction,
    done: fields.done.map(serialText),
    failed: fields.failed.map(serialText),
    running: fields.running.map(({ serial, percent }) => ({ serial: serialText(serial), percent })),
    errors: fields.errors.map(({ serial, code }) => ({ serial: serialText(serial), code })),
  }),
  WarnList: ({ dtuSerial, time, pages, page, warnings }) => ({
    dtu_serial: dtuSerial,
    time,
    pages,
    page,
    alarms: warnings.map(alarmJson),
  }),
  WarnListOld: ({ dtuSerial, time, warnings }) => ({
    dtu_serial: dtuSerial,
    time,
    alarms: warnings.map(alarmJson),
  }),
  GetConfig: (fields) => ({
    time: fields.time,
    offset_s: fields.offset,
    power_limit_pct: orNull(fields.powerLimit, 1),
    zero_export: fields.zeroExport === 1,
    server_send_min: fields.uploadInterval,
    wifi_rssi: fields.wifiSignal,
    server_port: fields.serverPort,
    server: fields.server,
    wifi_ssid: fields.wifiSsid,
  }),
  HistPower: (fields) => ({
    serial: serialText(fields.serial),
    pages: fields.pages,
    page: fields.page,
    step_s: fields.step,
    start: fields.absoluteStart,
    power_w: fields.powers.map(tenths),
    total_wh: fields.total,
    today_wh: fields.today,
  }),
  ESData: storageJson,
};

/** The values of a message in physical units, or null if there is nothing to add to its raw fields. */
export function messageJson<Name extends MessageName>({ name, fields }: Decoded<Name>): Json | null {
  return DESCRIBED[name]?.(fields) ?? null;
}

function appInfoJson(fields: shapes.AppInfo): Json {
  return {
    dtu_serial: fields.dtuSerial,
    time: fields.time,
    inverter_count: fields.inverterCount,
    pv_count: fields.portCount,
    pages: fields.pages,
    ...(fields.dtu && dtuJson(fields.dtu)),
    encrypted: isEncrypted(fields),
    inverters: fields.inverters.map((one) => ({
      serial: serialText(one.serial),
      sw_version: inverterVersion(one.software),
      hw_version: inverterHardware(one.hardware),
      hw_part_number: (one.hardwarePart >>> 0).toString(16).padStart(8, '0'),
      grid_profile_code: one.gridProfile,
      grid_profile_version: one.gridProfileVersion,
    })),
    power_limit_pct: storedLimit(fields),
  };
}

function dtuJson({ software, hardware, wifiVersion, uploadInterval, signal, encRand }: shapes.DtuInfo): Json {
  return {
    dtu_sw_version: dtuVersion(software),
    dtu_hw_version: dtuVersion(hardware, 'H'),
    wifi_version: wifiVersion,
    send_interval_min: uploadInterval,
    signal_strength: signal,
    enc_rand: hexOf(encRand),
  };
}

function alarmJson({ serial, code: raw, counter, start, end, data1, data2 }: shapes.Warning): Json {
  const text = serialText(serial);
  const { code, status, isStartPm, isEndPm } = alarmCodeOf(raw, text);
  return {
    serial: text,
    raw,
    code,
    text: alarmText(code, text),
    status,
    start_pm: isStartPm,
    end_pm: isEndPm,
    counter,
    start,
    end: end === 0 ? null : end,
    data1,
    data2,
    active: status === 0 && end === 0,
  };
}
