import { addressOf, quantityOf } from '../protocol/pdu.ts';
import type { Faults } from './faults.ts';
import type { SimulatedPlant } from './plant.ts';

const ILLEGAL_ADDRESS = 2;
const ALL = 0xc000;
/** A second place of the two registers for all inverters. */
const ALL_TOO = 0x9d9c;
const FIRST = 0xc006;
const STEP = 6;
const TEMPORARY_LIMIT = 0xd001;

/** On or off is the first register of a place in the list of the DTU, its limit the second. */
interface Place {
  readonly serials: readonly string[];
  readonly isLimit: boolean;
}

interface Controlled {
  readonly plant: SimulatedPlant;
  readonly faults: Faults;
}

/** On/off and limit, for all or for one place of the list. */
export function writtenControl(request: Uint8Array, controlled: Controlled): Uint8Array {
  const { plant, faults } = controlled;
  const [address, value] = [addressOf(request), quantityOf(request)];
  const isRefused = address === TEMPORARY_LIMIT && faults.strikes('no-temporary');
  const place = isRefused ? null : placeOf(address, controlled);
  if (!place) return Uint8Array.of(0x85, ILLEGAL_ADDRESS);
  for (const serial of place.serials) {
    if (place.isLimit) plant.limits.set(serial, value);
    else if (value === 0) plant.off.add(serial);
    else plant.off.delete(serial);
  }
  return request;
}

/** 16 bits for each register. */
export function readControls(request: Uint8Array, controlled: Controlled): Uint8Array {
  const places = Array.from({ length: quantityOf(request) }, (_, at) =>
    placeOf(addressOf(request) + at, controlled),
  );
  const values = places.map((place) => (place ? controlOf(place, controlled.plant) : 0));
  return Uint8Array.of(0x01, 2 * values.length, ...values.flatMap((value) => [value >>> 8, value & 0xff]));
}

function controlOf({ serials: [serial = ''], isLimit }: Place, plant: SimulatedPlant): number {
  if (isLimit) return Math.round(plant.limits.get(serial) ?? 100);
  return plant.off.has(serial) ? 0 : 1;
}

function placeOf(address: number, { plant: { inverters }, faults }: Controlled): Place | null {
  const all = inverters.map(({ serial }) => serial);
  if (address === ALL || address === ALL_TOO) return { serials: all, isLimit: false };
  if (address === ALL + 1 || address === ALL_TOO + 1 || address === TEMPORARY_LIMIT)
    return { serials: all, isLimit: true };
  const register = (address - FIRST) % STEP;
  const ports = inverters.flatMap(({ serial, ports }) => Array<string>(ports).fill(serial));
  const listed = faults.strikes('twins') ? [ports[0], ...ports] : ports;
  const serial = listed[Math.floor((address - FIRST) / STEP)];
  return serial !== undefined && (register === 0 || register === 1)
    ? { serials: [serial], isLimit: register === 1 }
    : null;
}
