import { addressOf } from './device-id.ts';
import type { Level } from './measurements.ts';
import { isObject, MAX_MESSAGE_BYTES, parseJson } from './message.ts';
import { COMMAND_CODES } from './upload-interval.ts';

/** Beginnings of the command topics, and where the meters answer (MQTT protocol V1.9, chapter 2). */
export const COMMAND_TOPICS = {
  setInterval: { command: 'MQTT_COMMOD_SET_', answer: 'MQTT_COMMOD_SET_REP' },
  readInterval: { command: 'MQTT_COMMOD_READ_', answer: 'MQTT_COMMOD_READ_REP' },
  setTime: { command: 'MQTT_SETTIME_', answer: 'MQTT_METER_TIME_REP' },
  relay: { command: 'MQTT_TELECTRL_', answer: 'MQTT_TELECTRL_REP' },
} as const;

/** A command for one meter, ready to be published with QoS 1, not retained. */
export interface Command {
  readonly topic: string;
  readonly payload: string;
}

// Every value is text, numbers too; names are as the protocol prints them. `oprid` has exactly 32 characters: a meter
// does not answer to any other (chapter 4).

export function setInterval(prefix: string, id: string, oprid: string, level: Level, value: number): Command {
  return command(prefix, id, { oprid, Cmd: COMMAND_CODES[level], value: String(value), types: '1' });
}

export function readInterval(prefix: string, id: string, oprid: string, level: Level): Command {
  return command(prefix, id, { oprid, Cmd: COMMAND_CODES[level], types: '1' });
}

/** @param time `YYYYMMDDhhmmss`, in whatever zone the meter shall show */
export function setTime(prefix: string, id: string, oprid: string, time: string): Command {
  return command(prefix, id, { oprid, time });
}

export function switchRelay(prefix: string, id: string, oprid: string, isOn: boolean): Command {
  return command(prefix, id, { do1: isOn ? '1' : '0', oprid });
}

/** What a meter says to a command. */
export interface Answer {
  readonly oprid: string;
  /** Whatever was sent as its id; undefined if nothing was. */
  readonly id: unknown;
  readonly isSuccess: boolean;
  readonly code: unknown;
  /** Why it refused. */
  readonly message: string | null;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The answer in a payload, or null if there is none: no object, or no `oprid` that is text. */
export function decodeAnswer(text: string | null): Answer | null {
  if (text === null || text.length > MAX_MESSAGE_BYTES) return null;
  const fields = parseJson(text);
  if (!isObject(fields) || typeof fields.oprid !== 'string') return null;
  const { oprid, id, code, msg } = fields;
  const isSuccess = code === undefined || code === '01';
  return { oprid, id, code, isSuccess, message: typeof msg === 'string' ? msg : null, fields };
}

function command(prefix: string, id: string, fields: object): Command {
  return { topic: `${prefix}${addressOf(id)}`, payload: JSON.stringify(fields) };
}
