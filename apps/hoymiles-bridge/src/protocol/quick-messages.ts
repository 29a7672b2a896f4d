// biome-ignore-all lint/complexity/noExcessiveLinesPerFunction: a few lines for each field
// Made from proto/*.proto by proto/compile.ts.

import type {
  MeterRecord,
  PortRecord,
  RapidShutdownRecord,
  RealDataNew,
  RepeaterRecord,
  SinglePhaseRecord,
  ThreePhaseRecord,
} from './messages.ts';
import type { WireReader } from './wire.ts';

export function quickRealDataNew(wire: WireReader, end: number): RealDataNew {
  const meters: MeterRecord[] = [];
  const repeaters: RepeaterRecord[] = [];
  const rapidShutdowns: RapidShutdownRecord[] = [];
  const singlePhase: SinglePhaseRecord[] = [];
  const threePhase: ThreePhaseRecord[] = [];
  const ports: PortRecord[] = [];
  const message = {
    dtuSerial: '',
    time: 0,
    pages: 0,
    page: 0,
    version: 0,
    meters,
    repeaters,
    rapidShutdowns,
    singlePhase,
    threePhase,
    ports,
    dtuPower: 0,
    dtuToday: 0,
  };
  while (wire.at < end) {
    const tag = wire.tag();
    switch (tag) {
      case 10:
        message.dtuSerial = wire.ascii();
        break;
      case 16:
        message.time = wire.uint32();
        break;
      case 24:
        message.pages = wire.int32();
        break;
      case 32:
        message.page = wire.int32();
        break;
      case 40:
        message.version = wire.int32();
        break;
      case 50:
        meters.push(quickMeterRecord(wire, wire.end()));
        break;
      case 58:
        repeaters.push(quickRepeaterRecord(wire, wire.end()));
        break;
      case 66:
        rapidShutdowns.push(quickRapidShutdownRecord(wire, wire.end()));
        break;
      case 74:
        singlePhase.push(quickSinglePhaseRecord(wire, wire.end()));
        break;
      case 82:
        threePhase.push(quickThreePhaseRecord(wire, wire.end()));
        break;
      case 90:
        ports.push(quickPortRecord(wire, wire.end()));
        break;
      case 96:
        message.dtuPower = wire.uint64();
        break;
      case 104:
        message.dtuToday = wire.uint64();
        break;
      default:
        wire.skip(tag);
    }
  }
  wire.close(end);
  return message;
}

export function quickMeterRecord(wire: WireReader, end: number): MeterRecord {
  const message = {
    type: 0,
    serial: 0,
    power: 0,
    powerL1: 0,
    powerL2: 0,
    powerL3: 0,
    powerFactor: 0,
    energyPos: 0,
    energyPosL1: 0,
    energyPosL2: 0,
    energyPosL3: 0,
    energyNeg: 0,
    energyNegL1: 0,
    energyNegL2: 0,
    energyNegL3: 0,
    fault: 0,
    voltageL1: 0,
    voltageL2: 0,
    voltageL3: 0,
    currentL1: 0,
    currentL2: 0,
    currentL3: 0,
    powerFactorL1: 0,
    powerFactorL2: 0,
    powerFactorL3: 0,
  };
  while (wire.at < end) {
    const tag = wire.tag();
    switch (tag) {
      case 8:
        message.type = wire.int32();
        break;
      case 16:
        message.serial = wire.int64();
        break;
      case 24:
        message.power = wire.int32();
        break;
      case 32:
        message.powerL1 = wire.int32();
        break;
      case 40:
        message.powerL2 = wire.int32();
        break;
      case 48:
        message.powerL3 = wire.int32();
        break;
      case 56:
        message.powerFactor = wire.int32();
        break;
      case 64:
        message.energyPos = wire.int32();
        break;
      case 72:
        message.energyPosL1 = wire.int32();
        break;
      case 80:
        message.energyPosL2 = wire.int32();
        break;
      case 88:
        message.energyPosL3 = wire.int32();
        break;
      case 96:
        message.energyNeg = wire.int32();
        break;
      case 104:
        message.energyNegL1 = wire.int32();
        break;
      case 112:
        message.energyNegL2 = wire.int32();
        break;
      case 120:
        message.energyNegL3 = wire.int32();
        break;
      case 128:
        message.fault = wire.int32();
        break;
      case 136:
        message.voltageL1 = wire.int32();
        break;
      case 144:
        message.voltageL2 = wire.int32();
        break;
      case 152:
        message.voltageL3 = wire.int32();
        break;
      case 160:
        message.currentL1 = wire.int32();
        break;
      case 168:
        message.currentL2 = wire.int32();
        break;
      case 176:
        message.currentL3 = wire.int32();
        break;
      case 184:
        message.powerFactorL1 = wire.int32();
        break;
      case 192:
        message.powerFactorL2 = wire.int32();
        break;
      case 200:
        message.powerFactorL3 = wire.int32();
        break;
      default:
        wire.skip(tag);
    }
  }
  wire.close(end);
  return message;
}

export function quickRepeaterRecord(wire: WireReader, end: number): RepeaterRecord {
  const message = {
    serial: 0,
    signal: 0,
    channel: 0,
    inverters: 0,
    link: 0,
  };
  while (wire.at < end) {
    const tag = wire.tag();
    switch (tag) {
      case 8:
        message.serial = wire.int64();
        break;
      case 16:
        message.signal = wire.int32();
        break;
      case 24:
        message.channel = wire.int32();
        break;
      case 32:
        message.inverters = wire.int32();
        break;
      case 40:
        message.link = wire.int32();
        break;
      default:
        wire.skip(tag);
    }
  }
  wire.close(end);
  return message;
}

export function quickRapidShutdownRecord(wire: WireReader, end: number): RapidShutdownRecord {
  const message = {
    serial: 0,
    firmware: 0,
    voltage: 0,
    power: 0,
    temperature: 0,
    alarmCounter: 0,
    crc: 0,
    link: 0,
  };
  while (wire.at < end) {
    const tag = wire.tag();
    switch (tag) {
      case 8:
        message.serial = wire.int64();
        break;
      case 16:
        message.firmware = wire.int32();
        break;
      case 24:
        message.voltage = wire.int32();
        break;
      case 32:
        message.power = wire.int32();
        break;
      case 40:
        message.temperature = wire.int32();
        break;
      case 48:
        message.alarmCounter = wire.int32();
        break;
      case 56:
        message.crc = wire.int32();
        break;
      case 64:
        message.link = wire.int32();
        break;
      default:
        wire.skip(tag);
    }
  }
  wire.close(end);
  return message;
}

export function quickSinglePhaseRecord(wire: WireReader, end: number): SinglePhaseRecord {
  const message = {
    serial: 0,
    firmware: 0,
    voltage: 0,
    frequency: 0,
    power: 0,
    reactivePower: 0,
    current: 0,
    powerFactor: 0,
    temperature: 0,
    alarmCounter: 0,
    crc: 0,
    link: 0,
    powerLimit: 0,
    signal: 0,
  };
  while (wire.at < end) {
    const tag = wire.tag();
    switch (tag) {
      case 8:
        message.serial = wire.int64();
        break;
      case 16:
        message.firmware = wire.int32();
        break;
      case 24:
        message.voltage = wire.int32();
        break;
      case 32:
        message.frequency = wire.int32();
        break;
      case 40:
        message.power = wire.int32();
        break;
      case 48:
        message.reactivePower = wire.int32();
        break;
      case 56:
        message.current = wire.int32();
        break;
      case 64:
        message.powerFactor = wire.int32();
        break;
      case 72:
        message.temperature = wire.int32();
        break;
      case 80:
        message.alarmCounter = wire.int32();
        break;
      case 88:
        message.crc = wire.int32();
        break;
      case 96:
        message.link = wire.int32();
        break;
      case 104:
        message.powerLimit = wire.int32();
        break;
      case 160:
        message.signal = wire.int32();
        break;
      default:
        wire.skip(tag);
    }
  }
  wire.close(end);
  return message;
}

export function quickThreePhaseRecord(wire: WireReader, end: number): ThreePhaseRecord {
  const message = {
    serial: 0,
    firmware: 0,
    voltageL1: 0,
    voltageL2: 0,
    voltageL3: 0,
    voltageL1L2: 0,
    voltageL2L3: 0,
    voltageL3L1: 0,
    frequency: 0,
    power: 0,
    reactivePower: 0,
    currentL1: 0,
    currentL2: 0,
    currentL3: 0,
    powerFactor: 0,
    temperature: 0,
    alarmCounter: 0,
    crc: 0,
    link: 0,
    signal: 0,
  };
  while (wire.at < end) {
    const tag = wire.tag();
    switch (tag) {
      case 8:
        message.serial = wire.int64();
        break;
      case 16:
        message.firmware = wire.int32();
        break;
      case 24:
        message.voltageL1 = wire.int32();
        break;
      case 32:
        message.voltageL2 = wire.int32();
        break;
      case 40:
        message.voltageL3 = wire.int32();
        break;
      case 48:
        message.voltageL1L2 = wire.int32();
        break;
      case 56:
        message.voltageL2L3 = wire.int32();
        break;
      case 64:
        message.voltageL3L1 = wire.int32();
        break;
      case 72:
        message.frequency = wire.int32();
        break;
      case 80:
        message.power = wire.int32();
        break;
      case 88:
        message.reactivePower = wire.int32();
        break;
      case 96:
        message.currentL1 = wire.int32();
        break;
      case 104:
        message.currentL2 = wire.int32();
        break;
      case 112:
        message.currentL3 = wire.int32();
        break;
      case 120:
        message.powerFactor = wire.int32();
        break;
      case 128:
        message.temperature = wire.int32();
        break;
      case 136:
        message.alarmCounter = wire.int32();
        break;
      case 144:
        message.crc = wire.int32();
        break;
      case 152:
        message.link = wire.int32();
        break;
      case 160:
        message.signal = wire.int32();
        break;
      default:
        wire.skip(tag);
    }
  }
  wire.close(end);
  return message;
}

export function quickPortRecord(wire: WireReader, end: number): PortRecord {
  const message = {
    serial: 0,
    port: 0,
    voltage: 0,
    current: 0,
    power: 0,
    total: 0,
    today: 0,
    code: 0,
  };
  while (wire.at < end) {
    const tag = wire.tag();
    switch (tag) {
      case 8:
        message.serial = wire.int64();
        break;
      case 16:
        message.port = wire.int32();
        break;
      case 24:
        message.voltage = wire.int32();
        break;
      case 32:
        message.current = wire.int32();
        break;
      case 40:
        message.power = wire.int32();
        break;
      case 48:
        message.total = wire.int32();
        break;
      case 56:
        message.today = wire.int32();
        break;
      case 64:
        message.code = wire.int32();
        break;
      default:
        wire.skip(tag);
    }
  }
  wire.close(end);
  return message;
}
