import { BridgeError } from '@meterbridge/core/errors';
import {
  decodeHm,
  encodeHm,
  FrameSplitter,
  HM_MAX_LENGTH,
  type HmFrame,
  hmScanner,
} from '@meterbridge/core/frames';
import type { Link } from '@meterbridge/core/transport';
import { openFrame, sealFrame } from '../encryption.ts';
import type { PortBlock } from '../protocol/block.ts';
import { answerTo, mayBeSealed, REQUEST } from '../protocol/commands.ts';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import type { PortRecord, SinglePhaseRecord, Warning } from '../protocol/messages.ts';
import type { Faults } from './faults.ts';
import type { SimulatedPlant } from './plant.ts';

/** Bit of the features that demands encryption. */
const ENCRYPTED = 2 ** 25;
const SOFTWARE = 0x1101;
const HM_1500 = 0x10123000;
const ACTION_ON = 6;
const ACTION_OFF = 7;
/** What firmware without commands leaves unanswered. */
const SPARED: ReadonlySet<number> = new Set([REQUEST.command, REQUEST.warnings]);
const LIMIT_TEXT = /^A:(\d+)/;

export interface DtuServerSettings {
  readonly plant: SimulatedPlant;
  readonly faults: Faults;
  /** Null: nothing is encrypted. Replaced by another one, the DTU has been restarted. */
  readonly encRand: () => Uint8Array | null;
  readonly now: () => number;
  /** Inverters in one page. */
  readonly perPage: number;
  /** Actions that were commanded, in order. */
  readonly actions: number[];
}

/** Answers one client as port 10081 of a DTU does, until it leaves. */
export async function serveProtobuf(
  link: Link,
  settings: DtuServerSettings,
  signal: AbortSignal,
): Promise<void> {
  const { faults } = settings;
  const isSealed = (command: number): boolean => settings.encRand() !== null && mayBeSealed(command);
  const splitter = new FrameSplitter(hmScanner(isSealed), 2 * HM_MAX_LENGTH);
  for (;;) {
    const chunk = await link.read({ timeoutMs: 300_000, signal });
    for (const { error, bytes } of chunk ? splitter.push(chunk) : []) {
      if (error) return;
      if (faults.strikes('no-commands') && SPARED.has(decodeHm(bytes).command)) continue;
      const answer = answered(bytes, settings);
      // What it cannot decrypt makes a DTU hang up.
      if (!answer || faults.strikes('close')) return;
      if (faults.strikes('silence')) continue;
      if (faults.strikes('stale')) await link.write(heartbeat(settings), { timeoutMs: 1_000, signal });
      await link.write(faults.damaged(answer), { timeoutMs: 1_000, signal });
    }
  }
}

function answered(bytes: Uint8Array, settings: DtuServerSettings): Uint8Array | null {
  const encRand = settings.encRand();
  try {
    const frame = decodeHm(bytes);
    const isSealed = encRand !== null && mayBeSealed(frame.command);
    const plain = isSealed ? openFrame(frame, encRand) : frame;
    const payload = payloadFor(plain, settings);
    if (!payload) return null;
    const command = answerTo(frame.command);
    const answer: HmFrame = { ...plain, command, payload, tag: null };
    return encodeHm(isSealed ? sealFrame(answer, encRand) : answer);
  } catch (thrown) {
    if (thrown instanceof BridgeError) return null;
    throw thrown;
  }
}

function payloadFor({ command, payload }: HmFrame, settings: DtuServerSettings): Uint8Array | null {
  switch (command) {
    case REQUEST.appInfo:
      return appInfo(settings);
    case REQUEST.realDataNew:
      return realData(decodeMessage('RealDataNewRequest', payload).fields.page, settings);
    case REQUEST.command:
    case REQUEST.cloudCommand:
      return commanded(payload, settings);
    case REQUEST.commandStatus:
      return commandStatus(payload, settings);
    case REQUEST.warnings:
      return warnings(settings);
    default:
      return null;
  }
}

function appInfo({ plant, encRand, now }: DtuServerSettings): Uint8Array {
  const rand = encRand();
  return encodeMessage('AppInfo', {
    dtuSerial: plant.dtuSerial,
    time: seconds(now),
    inverterCount: plant.inverters.length,
    pages: 1,
    dtu: {
      ...NO_DTU_INFO,
      software: SOFTWARE,
      features: rand ? ENCRYPTED : 0,
      encRand: rand ?? new Uint8Array(0),
    },
    inverters: plant.inverters.map(({ serial }) => ({
      ...NO_INVERTER_INFO,
      serial: numberOf(serial),
      software: 10_008,
      hardwarePart: HM_1500,
    })),
  });
}

function realData(page: number, { plant, now, perPage, faults }: DtuServerSettings): Uint8Array {
  const blocks = plant.at(now());
  const pages = Math.max(1, Math.ceil(plant.inverters.length / perPage));
  const serials = plant.inverters.slice(page * perPage, (page + 1) * perPage).map(({ serial }) => serial);
  const own = blocks.filter(({ serial }) => serials.includes(serial));
  return encodeMessage('RealDataNew', {
    dtuSerial: plant.dtuSerial,
    // A DTU without time yet counts from its start.
    time: faults.strikes('not-ready') ? 901 : seconds(now),
    pages,
    page,
    singlePhase: serials.map((serial) => inverterRecord(own.filter((block) => block.serial === serial))),
    ports: own.map(portRecord),
  });
}

function inverterRecord(blocks: readonly PortBlock[]): SinglePhaseRecord {
  const { serial, gridVoltage, gridFrequency, temperature, alarmCount, linkStatus } = blocks[0]!;
  const power = blocks.reduce((sum, { pvPower }) => sum + Number(pvPower.mantissa), 0);
  return {
    serial: numberOf(serial),
    firmware: 1,
    voltage: Number(gridVoltage.mantissa),
    frequency: Number(gridFrequency.mantissa),
    power,
    reactivePower: 0,
    current: Math.round((power / 10 / 230) * 100),
    powerFactor: linkStatus * 1000,
    temperature: Number(temperature.mantissa),
    alarmCounter: alarmCount,
    crc: 0,
    link: linkStatus,
    powerLimit: 1000,
    signal: 0,
  };
}

function portRecord({
  serial,
  port,
  pvVoltage,
  pvCurrent,
  pvPower,
  total,
  today,
  status,
}: PortBlock): PortRecord {
  return {
    serial: numberOf(serial),
    port,
    voltage: Number(pvVoltage.mantissa),
    current: Number(pvCurrent.mantissa),
    power: Number(pvPower.mantissa),
    total,
    today,
    code: status * 2 ** 24,
  };
}

function commanded(payload: Uint8Array, { plant, actions, now }: DtuServerSettings): Uint8Array {
  const { action, transaction, text, serials } = decodeMessage('Command', payload).fields;
  actions.push(action);
  const limit = LIMIT_TEXT.exec(text);
  for (const { serial } of plant.inverters) {
    const isMeant = serials.length === 0 || serials.includes(numberOf(serial));
    if (isMeant && action === ACTION_ON) plant.off.delete(serial);
    if (isMeant && action === ACTION_OFF) plant.off.add(serial);
    if (isMeant && limit) plant.limits.set(serial, Number(limit[1]) / 10);
  }
  return encodeMessage('CommandReply', {
    dtuSerial: plant.dtuSerial,
    time: seconds(now),
    action,
    transaction,
  });
}

/** All inverters have done at once what they were told. */
function commandStatus(payload: Uint8Array, { plant, now }: DtuServerSettings): Uint8Array {
  const { action, transaction } = decodeMessage('CommandStatus', payload).fields;
  const done = plant.inverters.map(({ serial }) => numberOf(serial));
  return encodeMessage('CommandStatusReply', {
    dtuSerial: plant.dtuSerial,
    time: seconds(now),
    action,
    transaction,
    done,
  });
}

function warnings({ plant, now }: DtuServerSettings): Uint8Array {
  const list = Array.from(plant.alarms, ([serial, code], at): Warning => {
    return {
      serial: numberOf(serial),
      code,
      counter: at + 1,
      start: seconds(now),
      end: 0,
      data1: 0,
      data2: 0,
    };
  });
  return encodeMessage('WarnList', {
    dtuSerial: plant.dtuSerial,
    time: seconds(now),
    pages: 1,
    warnings: list,
  });
}

/** Sent without being asked for. */
function heartbeat({ plant, now }: DtuServerSettings): Uint8Array {
  const payload = encodeMessage('Heartbeat', { time: seconds(now), signal: -60, dtuSerial: plant.dtuSerial });
  return encodeHm({ command: answerTo(REQUEST.heartbeat), sequence: 0, extended: null, payload, tag: null });
}

function seconds(now: () => number): number {
  return Math.floor(now() / 1000);
}

function numberOf(serial: string): number {
  return Number.parseInt(serial, 16);
}

/** Defaults of messages are what decoding nothing gives. */
const NO_DTU_INFO = decodeMessage('DtuInfo', new Uint8Array(0)).fields;
const NO_INVERTER_INFO = decodeMessage('InverterInfo', new Uint8Array(0)).fields;
