import { type Places, type ServedLinks, serveLinks } from '@meterbridge/core/transport';
import { type EyeSettings, serveEye } from './eye.ts';
import type { SimulatedMeter } from './meter.ts';

export interface ServeSettings extends EyeSettings, Places {
  readonly meter: SimulatedMeter;
}

/** An optical head in front of a simulated meter, at the end of a network, a pseudo terminal, or both. */
export function serveMeter({ meter, tcp, pty, ...eye }: ServeSettings): Promise<ServedLinks> {
  return serveLinks({ tcp, pty }, (link, signal) => serveEye(link, meter, eye, signal));
}
