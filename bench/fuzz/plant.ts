import { seededRandom } from '@meterbridge/core/codec';
import type { PortBlock } from '../../apps/hoymiles-bridge/src/protocol/block.ts';
import { SimulatedPlant, usualInverters } from '../../apps/hoymiles-bridge/src/simulator/plant.ts';

export const NOON = Date.UTC(2024, 5, 10, 12);

/** The ports of four inverters under a high sun. */
export function simulatedPlant(): readonly PortBlock[] {
  return newPlant().at(NOON);
}

export function newPlant(): SimulatedPlant {
  return new SimulatedPlant({
    dtuSerial: '10f871600831',
    inverters: usualInverters(4),
    random: seededRandom(1),
  });
}
