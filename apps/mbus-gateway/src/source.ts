import type { Reading } from '@meterbridge/core/model';
import { pollMeters, type Source, type SourceContext } from '@meterbridge/core/runtime';
import type { MbusLine, MbusMeter } from './config.ts';
import { KnownMeters } from './known-meters.ts';
import { LineSearch } from './line-search.ts';
import { LineSession } from './line-session.ts';
import { merged } from './merged.ts';
import { readingOf } from './reader.ts';

interface Line {
  readonly meters: KnownMeters;
  /** One for each entry that means all other meters. */
  readonly searches: ReadonlyMap<MbusMeter, LineSearch>;
}

/** What was learned of a line outlives the links to it. */
const lines = new WeakMap<MbusLine, Line>();

/** Reads the meters of a line each at its times, and searches it for more of them. */
export const source: Source<MbusLine> = async function* (context) {
  const line = lines.get(context.entry) ?? newLine(context);
  lines.set(context.entry, line);
  const searches = [...line.searches.values()];
  context.onCommand(async (command) =>
    searches.find(({ meter }) => meter.id === command.meter.id)?.command(command),
  );
  const ended = new AbortController();
  const signal = AbortSignal.any([context.signal, ended.signal]);
  const shared = { ...context, signal };
  await using session = new LineSession(shared);
  const all = searches.map((search) => search.readings(session, signal));
  yield* merged(ended, [...all, readMeters(shared, session, line)]);
};

function newLine(context: SourceContext<MbusLine>): Line {
  const meters = new KnownMeters(context);
  const { others } = context.entry;
  return { meters, searches: new Map(others.map((entry) => [entry, new LineSearch(entry, meters)])) };
}

async function* readMeters(
  context: SourceContext<MbusLine>,
  session: LineSession,
  { meters, searches }: Line,
): AsyncGenerator<Reading, never> {
  for (;;) {
    const { changed } = meters;
    const signal = AbortSignal.any([context.signal, changed]);
    try {
      const isGrowing = searches.values().some(({ isWanted }) => isWanted);
      yield* pollMeters({ ...context, signal, isGrowing }, meters.all, async (meter, intervalMs) => {
        const readout = await session.read(meter);
        meters.recognise(meter, readout.address);
        const searchedFor = meters.entryOf(meter);
        const via = searchedFor && (searches.get(searchedFor)?.meter ?? null);
        return [readingOf(readout, meter, { epochMs: Date.now(), intervalMs, via })];
      });
    } catch (thrown) {
      if (!changed.aborted || context.signal.aborted) throw thrown;
    }
  }
}
