import type { Layout } from '@meterbridge/core/discovery';
import type { z } from 'zod';
import type { config } from '../config.ts';
import { oldLayout } from './layout.ts';

/** Null: the usual one. */
export function layoutOf({ compatibility, homeassistant, meters }: z.output<typeof config>): Layout | null {
  if (compatibility === 'none') return null;
  const dtus = new Map(meters.map((meter) => [meter.id, meter]));
  return oldLayout({ prefix: homeassistant.discovery_prefix, dtuOf: (id) => dtus.get(id) });
}
