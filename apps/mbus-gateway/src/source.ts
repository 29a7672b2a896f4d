import type { Reading } from '@meterbridge/core/model';
import { pollMeters, type Source, type SourceContext } from '@meterbridge/core/runtime';
import type { MbusLine } from './config.ts';
import { KnownMeters } from './known-meters.ts';
import { LineSearch } from './line-search.ts';
import { LineSession } from './line-session.ts';
import { merged } from './merged.ts';
import { readingOf } from './reader.ts';

interface Line {
  readonly meters: KnownMeters;
  /** Null if the configuration names all meters. */
  readonly search: LineSearch | null;
}

/** What was learned of a line outlives the links to it. */
const lines = new WeakMap<MbusLine, Line>();

/** Reads the meters of a line each at its times, and searches it for more of them. */
export const source: Source<MbusLine> = async function* (context) {
  const line = lines.get(context.entry) ?? newLine(context);
  lines.set(context.entry, line);
  const { search } = line;
  if (search) context.onCommand((command) => search.command(command));
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const shared = { ...context, signal };
  await using session = new LineSession(shared);
  const readings = [readMeters(shared, session, line)];
  yield* merged(ended, search ? [search.readings(session, signal), ...readings] : readings);
};

function newLine(context: SourceContext<MbusLine>): Line {
  const meters = new KnownMeters(context);
  const { others } = context.entry;
  return { meters, search: others && new LineSearch(others, meters) };
}

async function* readMeters(
  context: SourceContext<MbusLine>,
  session: LineSession,
  { meters, search }: Line,
): AsyncGenerator<Reading, never> {
  for (;;) {
    const { changed } = meters;
    const signal = AbortSignal.any([context.signal, changed]);
    try {
      yield* pollMeters({ ...context, signal }, meters.all, async (meter, intervalMs) => {
        const readout = await session.read(meter);
        meters.recognise(meter, readout.address);
        const via = meters.isFound(meter) ? (search?.meter ?? null) : null;
        return [readingOf(readout, meter, { epochMs: Date.now(), intervalMs, via })];
      });
    } catch (thrown) {
      if (!changed.aborted || context.signal.aborted) throw thrown;
    }
  }
}
