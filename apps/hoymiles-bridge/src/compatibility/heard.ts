import type { Meter } from '@meterbridge/core/model';
import type { Production } from '../protocol/production.ts';

/** By DTU: energies of the ports that were ever reached, which is what hoymiles-mqtt took for those of the plant. */
export const heardSums = new WeakMap<Meter, Production>();
