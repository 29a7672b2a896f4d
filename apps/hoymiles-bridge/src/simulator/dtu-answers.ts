import type { HmFrame } from '@meterbridge/core/frames';
import { REQUEST } from '../protocol/commands.ts';
import { decodeMessage, encodeMessage } from '../protocol/message.ts';
import type { Warning } from '../protocol/messages.ts';
import { pageOf } from './dtu-measurements.ts';
import { numberOf, secondsOf } from './encoding.ts';
import type { Faults } from './faults.ts';
import type { SimulatedPlant } from './plant.ts';

/** Bit of the features that demands encryption. */
const ENCRYPTED = 2 ** 25;
const SOFTWARE = 0x1101;
/** % */
const SIGNAL = 82;
const LIMIT_FEATURE = 8;
const HM_1500 = 0x10123000;
const ACTION_RESTART_DTU = 1;
const ACTION_ON = 6;
const ACTION_OFF = 7;
const REFUSED = 7;
/** Stands among the actions for an answer that said: under way. */
export const STATUS_ASKED = -1;
const LIMIT_TEXT = /^A:(\d+)/;

export interface DtuServerSettings {
  readonly plant: SimulatedPlant;
  readonly faults: Faults;
  /** Null: nothing is encrypted. Replaced by another one, the DTU has been restarted. */
  readonly session: { encRand: Uint8Array | null };
  /** 0 ≤ x < 1 */
  readonly random: () => number;
  readonly now: () => number;
  /** Inverters in one page. */
  readonly perPage: number;
  /** Actions that were commanded, in order. */
  readonly actions: number[];
  /** Pages that it goes on telling when it is frozen. */
  readonly frozen: Map<number, Uint8Array>;
  /** Answers that come on the next connection. */
  readonly late: Uint8Array[];
  /** A meter of energy stands behind it. */
  readonly hasMeter?: boolean;
}

/** Null: a DTU leaves it unanswered. */
export function payloadFor({ command, payload }: HmFrame, settings: DtuServerSettings): Uint8Array | null {
  switch (command) {
    case REQUEST.appInfo:
      return appInfo(settings);
    case REQUEST.realDataNew:
      return pageOf(decodeMessage('RealDataNewRequest', payload).fields.page, settings);
    case REQUEST.command:
    case REQUEST.cloudCommand:
      return commanded(payload, settings);
    case REQUEST.commandStatus:
      return commandStatus(payload, settings);
    case REQUEST.warnings:
      return warnings(decodeMessage('WarnListRequest', payload).fields.page, settings);
    default:
      return null;
  }
}

function appInfo({ plant, session: { encRand: rand }, now }: DtuServerSettings): Uint8Array {
  return encodeMessage('AppInfo', {
    dtuSerial: plant.dtuSerial,
    time: secondsOf(now),
    inverterCount: plant.inverters.length,
    pages: 1,
    dtu: {
      ...NO_DTU_INFO,
      software: SOFTWARE,
      features: rand ? ENCRYPTED : 0,
      encRand: rand ?? new Uint8Array(0),
      signal: SIGNAL,
    },
    features: [{ key: LIMIT_FEATURE, text: `1,A:${limitOf(plant)},B:0,C:0\r` }],
    inverters: plant.inverters.map(({ serial }) => ({
      ...NO_INVERTER_INFO,
      serial: numberOf(serial),
      software: 10_008,
      hardwarePart: HM_1500,
    })),
  });
}

/** 0.1 %, of the first inverter: a DTU keeps one limit. */
function limitOf({ inverters, limits }: SimulatedPlant): number {
  return Math.round(10 * (limits.get(inverters[0]!.serial) ?? 100));
}

function commanded(payload: Uint8Array, settings: DtuServerSettings): Uint8Array {
  const { plant, actions, now, session } = settings;
  const { action, transaction, text, serials } = decodeMessage('Command', payload).fields;
  const reply = { dtuSerial: plant.dtuSerial, time: secondsOf(now), action, transaction };
  if (settings.faults.strikes('refuses')) return encodeMessage('CommandReply', { ...reply, error: REFUSED });
  actions.push(action);
  if (action === ACTION_RESTART_DTU) session.encRand = newKey(settings);
  const limit = LIMIT_TEXT.exec(text);
  for (const { serial } of plant.inverters) {
    const isMeant = serials.length === 0 || serials.includes(numberOf(serial));
    if (isMeant && action === ACTION_ON) plant.off.delete(serial);
    if (isMeant && action === ACTION_OFF) plant.off.add(serial);
    if (isMeant && limit) plant.limits.set(serial, Number(limit[1]) / 10);
  }
  return encodeMessage('CommandReply', reply);
}

/** All inverters have done what they were told, some when they are asked for the second time. */
function commandStatus(payload: Uint8Array, { plant, now, faults, actions }: DtuServerSettings): Uint8Array {
  const { action, transaction } = decodeMessage('CommandStatus', payload).fields;
  const all = plant.inverters.map(({ serial }) => numberOf(serial));
  const isRunning = faults.strikes('slow-commands') && actions.at(-1) === action;
  if (isRunning) actions.push(STATUS_ASKED);
  return encodeMessage('CommandStatusReply', {
    dtuSerial: plant.dtuSerial,
    time: secondsOf(now),
    action,
    transaction,
    ...(isRunning ? { running: all.map((serial) => ({ serial, percent: 50 })) } : { done: all }),
  });
}

function warnings(page: number, { plant, now, perPage, faults }: DtuServerSettings): Uint8Array {
  const list = Array.from(plant.activeAlarms, ([serial, code], at): Warning => {
    return {
      serial: numberOf(serial),
      code,
      counter: at + 1,
      start: secondsOf(now),
      end: 0,
      data1: 0,
      data2: 0,
    };
  });
  const dtu = { dtuSerial: plant.dtuSerial, time: secondsOf(now) };
  if (faults.strikes('old-alarms')) return encodeMessage('WarnListOld', { ...dtu, warnings: list });
  return encodeMessage('WarnList', {
    ...dtu,
    pages: Math.max(1, Math.ceil(list.length / perPage)),
    page,
    warnings: list.slice(page * perPage, (page + 1) * perPage),
  });
}

/** Sent without being asked for. */
export function heartbeat({ plant, now }: DtuServerSettings): Uint8Array {
  return encodeMessage('Heartbeat', { time: secondsOf(now), signal: -60, dtuSerial: plant.dtuSerial });
}

function newKey({ session: { encRand }, random }: DtuServerSettings): Uint8Array | null {
  return encRand && Uint8Array.from(encRand, () => Math.floor(256 * random()));
}

/** Defaults of messages are what decoding nothing gives. */
const NO_DTU_INFO = decodeMessage('DtuInfo', new Uint8Array(0)).fields;
const NO_INVERTER_INFO = decodeMessage('InverterInfo', new Uint8Array(0)).fields;
