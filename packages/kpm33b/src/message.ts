import { isDeviceId } from './device-id.ts';
import { isEmptyOrZero, numberOf } from './value.ts';

/** Why a message is not passed on, in the order in which it is checked. */
export const DROP_REASONS = [
  'unhandled-topic',
  'too-large',
  'malformed-json',
  'not-an-object',
  'invalid-id',
  'excluded-device',
  'split-message',
  'zero-values',
  'duplicate',
] as const;
export type DropReason = (typeof DROP_REASONS)[number];

/** A message of a KPM33B has 584 bytes at most; other models send some thousand. */
export const MAX_MESSAGE_BYTES = 65_536;

/** Tags of a message by name, as sent. */
export type Tags = Readonly<Record<string, unknown>>;

/** A message whose id is known to be one. */
export interface MeterMessage {
  readonly id: string;
  /** The clock of the meter, in whatever zone it may be: text that is passed on and never interpreted. */
  readonly time: string | null;
  /** Whether this is all of an upload. */
  readonly isWhole: boolean;
  /**
   * Meters send a message of zeros in the name of the next serial number after each of their own: whether there is
   * nothing but zeros besides id, time and isend.
   */
  readonly isPhantom: boolean;
  /** The value of a tag as a finite number; null if there is none. */
  valueOf(tag: string): number | null;
}

/**
 * Reads a message up to its id (checks 3 to 5).
 * @param text null if the bytes were no UTF-8
 */
export function readMessage(text: string | null): MeterMessage | DropReason {
  const value = text === null ? undefined : parseJson(text);
  if (value === undefined) return 'malformed-json';
  if (!isObject(value)) return 'not-an-object';
  return isDeviceId(value.id) ? new ParsedMessage(value.id, value) : 'invalid-id';
}

class ParsedMessage implements MeterMessage {
  readonly id: string;
  readonly #tags: Tags;

  constructor(id: string, tags: Tags) {
    this.id = id;
    this.#tags = tags;
  }

  get time(): string | null {
    const { time } = this.#tags;
    return typeof time === 'string' && time !== '' ? time : null;
  }

  /** Text in the protocol, and a number in the firmware of some models. */
  get isWhole(): boolean {
    const { isend } = this.#tags;
    return isend === '1' || isend === 1;
  }

  get isPhantom(): boolean {
    const tags = this.#tags;
    for (const tag in tags) {
      if (tag !== 'id' && tag !== 'time' && tag !== 'isend' && !isEmptyOrZero(tags[tag])) return false;
    }
    return true;
  }

  valueOf(tag: string): number | null {
    return numberOf(this.#tags[tag]);
  }
}

/** Undefined if the text is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isObject(value: unknown): value is Tags {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
