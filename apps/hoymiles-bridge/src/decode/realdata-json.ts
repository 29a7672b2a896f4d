import type { RealDataNew } from '../protocol/messages.ts';
import { type InverterRecord, type MeterValues, type PortValues, realData } from '../protocol/realdata.ts';
import { fromEntries, type Json } from './json.ts';

/** Measurements in physical units. */
export function realDataJson(message: RealDataNew): Json {
  const data = realData(message);
  return {
    dtu_serial: data.dtuSerial,
    time: data.time,
    pages: data.pages,
    page: data.page,
    dtu_power_w: data.power,
    dtu_today_wh: data.today,
    inverters: data.inverters.map(inverterJson),
    ports: data.ports.map(portJson),
    meters: data.meters.map(meterJson),
  };
}

function inverterJson(inverter: InverterRecord): Json {
  return {
    serial: inverter.serial,
    ...(inverter.shortSerial !== null && { serial_alnum: inverter.shortSerial }),
    phases: inverter.phases,
    online: inverter.isOnline,
    ...fromEntries(inverter.values),
    alarm_counter: inverter.alarmCounter,
    power_limit_pct: inverter.powerLimit,
    firmware_raw: inverter.firmware,
    crc_raw: inverter.crc,
    signal_raw: inverter.signal,
  };
}

function portJson({ serial, port, voltage, current, power, total, today, code, status }: PortValues): Json {
  return {
    serial,
    port,
    voltage_v: voltage,
    current_a: current,
    power_w: power,
    total_wh: total,
    today_wh: today,
    code_raw: code,
    run_status: status,
  };
}

function meterJson({ serial, type, fault, values }: MeterValues): Json {
  return { serial, type, fault, ...fromEntries(values) };
}
