import { BridgeError } from '@meterbridge/core/errors';
import { MAX_BLOCKS } from './block.ts';
import { readRequest, writeRequest } from './pdu.ts';
import { isGen2 } from './serial.ts';

/** All inverters, or a place in the list of the DTU, from 1. */
export type WriteTarget = 'all' | number;

const ALL_POWER = 0xc000;
const FIRST_POWER = 0xc006;
const STEP = 6;
/** Whose answers have 16 bits for each, unlike those of the standard. */
const READ_CONTROLS = 0x01;
const TEMPORARY_LIMIT = 0xd001;

/** % of its rated power. */
export const LEAST_LIMIT = 2;
const LEAST_LIMIT_GEN2 = 10;

/** % of its rated power that an inverter may be held to: MI inverters go down to 10, all others to 2. */
export function limitRange(serial: string | null): readonly [min: number, max: number] {
  return [serial !== null && isGen2(serial) ? LEAST_LIMIT_GEN2 : LEAST_LIMIT, 100];
}

/** @throws BridgeError control/out-of-range */
export function checkLimit(percent: number, serial: string | null = null): void {
  const [min, max] = limitRange(serial);
  if (!(percent >= min && percent <= max))
    throw new BridgeError('control/out-of-range', `a power limit is ${min} to ${max} %, not ${percent}`);
}

/**
 * Holds inverters to a whole percentage of their rated power. They keep it in an EEPROM, which wears.
 * @throws BridgeError control/out-of-range
 */
export function limitRequest(target: WriteTarget, percent: number, serial: string | null = null): Uint8Array {
  checkLimit(percent, serial);
  return writeRequest(addressOf(target) + 1, wholePercent(percent));
}

/** Asks for the limit of a place in the list of the DTU. @throws BridgeError control/out-of-range */
export function limitReadRequest(place: number): Uint8Array {
  return readRequest(addressOf(place) + 1, 1, READ_CONTROLS);
}

/**
 * Holds all inverters to a whole percentage until they start anew. Newer firmware only, and one source.
 * @throws BridgeError control/out-of-range
 */
export function temporaryLimitRequest(percent: number): Uint8Array {
  checkLimit(percent);
  return writeRequest(TEMPORARY_LIMIT, wholePercent(percent));
}

function wholePercent(percent: number): number {
  if (!Number.isInteger(percent))
    throw new BridgeError(
      'control/out-of-range',
      `on Modbus a power limit is a whole percentage, not ${percent}`,
    );
  return percent;
}

/** @throws BridgeError control/out-of-range */
export function powerRequest(target: WriteTarget, isOn: boolean): Uint8Array {
  return writeRequest(addressOf(target), isOn ? 1 : 0);
}

/** On/off; the limit is the next register. */
function addressOf(target: WriteTarget): number {
  if (target === 'all') return ALL_POWER;
  if (!Number.isInteger(target) || target < 1 || target > MAX_BLOCKS)
    throw new BridgeError('control/out-of-range', `a DTU has ports 1 to ${MAX_BLOCKS}, not ${target}`);
  return FIRST_POWER + STEP * (target - 1);
}
