import type { BaseConfig } from '../config/index.ts';
import { BridgeError } from '../errors/index.ts';
import { formatInstant, identityOf, type Reading, valueToJson } from '../model/index.ts';
import { createLogger, type Logger } from '../observe/index.ts';
import { State } from '../store/index.ts';
import { atMost } from '../time/index.ts';
import { Line } from './line.ts';
import { Shapes } from './shapes.ts';
import type { Entry, Source } from './source.ts';

/** Meters behind the same port tell their values together; whoever has told nothing by then has nothing to tell. */
const TOGETHER_MS = 500;
/** A source that has not ended by then is left behind. */
const END_TIMEOUT_MS = 1_000;

type Config = Pick<BaseConfig, 'breaker' | 'meters'>;

/** Prints one reading of each meter as a line of JSON. 1 if a meter or an entry told nothing in time. */
export async function readOnce<E extends Entry>(
  source: Source<E>,
  entries: readonly E[],
  config: Config,
  timeoutMs: number,
): Promise<number> {
  if (!(timeoutMs > 0))
    throw new BridgeError('usage/invalid', '--timeout must be a number of seconds above 0');
  const log = createLogger({ level: 'warn', format: 'pretty' }, process.stderr);
  const shapes = new Shapes(config.meters, (error) => log.warn({ err: error }));
  const print = (reading: Reading): void => {
    process.stdout.write(`${readingJson(shapes.apply(reading))}\n`);
  };
  const failures = await Promise.all(
    entries.map((entry) => readEntry({ entry, source, config, timeoutMs, log, print })),
  );
  for (const failure of failures.flat()) log.error(failure);
  return failures.flat().length > 0 ? 1 : 0;
}

interface ReadSettings<E extends Entry> {
  readonly entry: E;
  readonly source: Source<E>;
  readonly config: Config;
  readonly timeoutMs: number;
  readonly log: Logger;
  readonly print: (reading: Reading) => void;
}

/** @returns what could not be read, and why */
async function readEntry<E extends Entry>(settings: ReadSettings<E>): Promise<readonly string[]> {
  const { entry, source, config, timeoutMs, log, print } = settings;
  const abort = new AbortController();
  const printed = new Set<string>();
  const timeout = setTimeout(() => abort.abort(), timeoutMs);
  let together: NodeJS.Timeout | undefined;
  const endIfAllTold = (): void => {
    // Where nothing was told yet, a meter may be asleep: it has all of its time to wake up.
    if (printed.size > 0 && !line.isGrowing && line.polls.every(({ wasTried }) => wasTried))
      together ??= setTimeout(() => abort.abort(), TOGETHER_MS);
  };
  const line: Line<E> = new Line({
    entry,
    source,
    breaker: config.breaker,
    log: log.child({ meter: entry.id }),
    // Nothing of it is kept.
    state: new State().space(entry.id),
    events: {
      onGivenUp: () => undefined,
      onReplaced: () => undefined,
      onPolled: endIfAllTold,
      onReading: (reading) => {
        if (printed.has(reading.meter.id)) return;
        printed.add(reading.meter.id);
        print(reading);
        endIfAllTold();
      },
    },
  });
  await atMost(line.run(abort.signal), timeoutMs + END_TIMEOUT_MS);
  clearTimeout(timeout);
  clearTimeout(together);
  const inTime = `no reading within ${timeoutMs / 1000} s`;
  const failures = line.polls.flatMap(({ entry: { id }, wasTried, breaker: { problem } }) =>
    wasTried && !problem ? [] : [`${id}: ${problem?.message ?? inTime}`],
  );
  if (line.isGrowing)
    return [
      ...failures,
      `${entry.id}: the search was not over within ${timeoutMs / 1000} s; --timeout gives it more`,
    ];
  return printed.size === 0 && failures.length === 0 ? [`${entry.id}: ${inTime}`] : failures;
}

/** A reading with the units of its values, for people and scripts. */
function readingJson({ meter, time, values }: Reading): string {
  const identity = JSON.stringify(identityOf(meter));
  const fields = values.map(({ measurement: { key, unit }, value }) => {
    return `${JSON.stringify(key)}:{"value":${valueToJson(value)},"unit":${JSON.stringify(unit)}}`;
  });
  return `{"time":"${formatInstant(time)}","meter":${identity},"values":{${fields.join(',')}}}`;
}
