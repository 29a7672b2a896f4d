import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conformancePath, conformanceReason } from '@meterbridge/testing';
import { describe, expect, it } from 'vitest';
import { ProductionCache } from './production.ts';

const folder = conformancePath('hoymiles');

// biome-ignore lint/suspicious/noExplicitAny: the schema of the corpus is what is tested here
type Json = any;

const cases: readonly Json[] =
  folder === null
    ? []
    : readdirSync(join(folder, 'bridge'))
        .filter((file) => file.startsWith('cache-'))
        .map((file) => JSON.parse(readFileSync(join(folder, 'bridge', file), 'utf8')));

/** All scenarios are in summer, two hours east of UTC. */
const msOf = (local: string): number => Date.parse(`${local.replace(' ', 'T')}+02:00`);

describe.skipIf(folder === null)(
  `production of the corpus${folder ? '' : ` (${conformanceReason('hoymiles')})`}`,
  () => {
    it.each(cases)('$name', ({ timezone, steps }) => {
      const settings = { timezone, resetHour: 0 };
      let cache = new ProductionCache(settings);
      for (const { local_time, event, ports, required } of steps) {
        if (event === 'restart') {
          cache = new ProductionCache(settings, JSON.parse(JSON.stringify(cache.stored())));
          continue;
        }
        const nowMs = msOf(local_time);
        const told = ports.map((one: Json) => {
          const isLive = one.link_status === 1 && one.operating_status !== 0;
          const { today, total } = cache.update(
            { ...one, today: one.today_wh, total: one.total_wh, isLive },
            nowMs,
          );
          return [`${one.serial}/${one.port}`, [today, total]];
        });
        const { today, total } = cache.sum(nowMs);
        expect({ dtu_today_wh: today, dtu_total_wh: total, ports: Object.fromEntries(told) }).toEqual(
          required,
        );
      }
    });
  },
);
