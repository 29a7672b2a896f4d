import { hexOf } from '@meterbridge/core/codec';
import type { Envelope } from '@meterbridge/core/frames';
import type { Port } from './config.ts';

/** The last frame counter of each system title, kept while the source of a port is restarted. */
const counters = new WeakMap<Port, Map<string, number>>();

/** A meter counts its frames: is this one newer than all that came before it? If so, it is remembered. */
export function isNewFrame(port: Port, { systemTitle, frameCounter }: Envelope): boolean {
  const last = counters.get(port) ?? new Map<string, number>();
  counters.set(port, last);
  const title = hexOf(systemTitle);
  if (frameCounter <= (last.get(title) ?? -1)) return false;
  last.set(title, frameCounter);
  return true;
}
