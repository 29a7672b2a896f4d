import type { PortBlock } from '../protocol/block.ts';
import type { Faults } from './faults.ts';
import { silent } from './modbus-blocks.ts';
import type { SimulatedPlant } from './plant.ts';

/** A DTU asks many inverters by radio one after the other. */
const RADIO_MS = 300_000;
const FAST_MS = 30_000;
/** Wh */
const SPIKE_WH = 4_000_000;
/** A total jumps once, and back: the readings before and after it are right. */
const BETWEEN_SPIKES_MS = 180_000;

interface Telling {
  readonly plant: SimulatedPlant;
  readonly faults: Faults;
  readonly now: () => number;
}

/** What a DTU knows of the ports, which is not always what they do. @param isFast it asks its inverters all the time */
export function toldPorts({ plant, faults, now }: Telling, isFast = false): readonly PortBlock[] {
  const everyMs = isFast ? FAST_MS : RADIO_MS;
  const ms = faults.strikes('slow') ? Math.floor(now() / everyMs) * everyMs : now();
  return plant.at(ms).map((block) => {
    // The inverter did not answer the radio: its serial number stays.
    if (faults.strikes('zeros')) return silent(block);
    return isSpike(block, { plant, faults, now }) ? { ...block, total: block.total + SPIKE_WH } : block;
  });
}

function isSpike({ serial, port }: PortBlock, { plant, faults, now }: Telling): boolean {
  const key = `${serial}/${port}`;
  const lastMs = plant.spikes.get(key);
  const isDue = lastMs !== undefined && now() - lastMs >= BETWEEN_SPIKES_MS;
  const isNow = isDue && faults.strikes('spike');
  if (isNow || lastMs === undefined) plant.spikes.set(key, now());
  return isNow;
}
