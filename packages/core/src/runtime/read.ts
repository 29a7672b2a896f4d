import type { BaseConfig } from '../config/index.ts';
import { BridgeError } from '../errors/index.ts';
import { formatInstant, identityOf, type Reading, valueToJson } from '../model/index.ts';
import { createLogger } from '../observe/index.ts';
import { Line } from './line.ts';
import { Shapes } from './shapes.ts';
import type { Entry, Source } from './source.ts';

/** Meters behind the same port tell their values together; whoever has told nothing by then has nothing to tell. */
const TOGETHER_MS = 500;

/** Prints one reading of each meter as a line of JSON. 1 if an entry told nothing in time. */
export async function readOnce<E extends Entry>(
  source: Source<E>,
  entries: readonly E[],
  config: BaseConfig,
  timeoutMs: number,
): Promise<number> {
  if (!(timeoutMs > 0))
    throw new BridgeError('usage/invalid', '--timeout must be a number of seconds above 0');
  const log = createLogger({ level: 'warn', format: 'pretty' }, process.stderr);
  const shapes = new Shapes(config.meters, (error) => log.warn({ err: error }));
  const failed = await Promise.all(
    entries.map(async (entry) => {
      const abort = new AbortController();
      const printed = new Set<string>();
      const timeout = setTimeout(() => abort.abort(), timeoutMs);
      const line = new Line(entry, source, config.breaker, log.child({ meter: entry.id }), {
        onGivenUp: () => undefined,
        onReplaced: () => undefined,
        onReading: (reading) => {
          if (printed.has(reading.meter.id)) return;
          if (printed.size === 0) setTimeout(() => abort.abort(), TOGETHER_MS);
          printed.add(reading.meter.id);
          process.stdout.write(`${readingJson(shapes.apply(reading))}\n`);
        },
      });
      await line.run(abort.signal);
      clearTimeout(timeout);
      if (printed.size > 0) return false;
      log.error(`${entry.id}: no reading within ${timeoutMs / 1000} s`);
      return true;
    }),
  );
  return failed.includes(true) ? 1 : 0;
}

/** A reading with the units of its values, for people and scripts. */
function readingJson({ meter, time, values }: Reading): string {
  const identity = JSON.stringify(identityOf(meter));
  const fields = values.map(({ measurement: { key, unit }, value }) => {
    return `${JSON.stringify(key)}:{"value":${valueToJson(value)},"unit":${JSON.stringify(unit)}}`;
  });
  return `{"time":"${formatInstant(time)}","meter":${identity},"values":{${fields.join(',')}}}`;
}
