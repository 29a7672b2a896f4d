import { pollMeters, type Source } from '@meterbridge/core/runtime';
import type { MbusLine } from './config.ts';
import { discoverMeters, metersOf, recognise } from './discovery.ts';
import { LineSession } from './line-session.ts';

/** Reads the meters of a line each at its times, and finds more of them if it is told to. */
export const source: Source<MbusLine> = async function* (context) {
  await using session = new LineSession(context);
  const ended = new AbortController();
  let changed = new AbortController();
  const line = { ...context, signal: AbortSignal.any([context.signal, ended.signal]) };
  // What ends a search is wrong with the link, and the next poll meets it, too; without meters nobody else does.
  const searching = discoverMeters(line, session, () => changed.abort()).catch((thrown) => {
    if (!ended.signal.aborted) ended.abort(thrown);
  });
  try {
    for (;;) {
      const signal = AbortSignal.any([line.signal, changed.signal]);
      try {
        yield* pollMeters({ ...context, signal }, metersOf(context), async (meter, intervalMs) => [
          await session.read(meter, intervalMs, (address) => {
            if (recognise(context, meter, address)) changed.abort();
          }),
        ]);
      } catch (thrown) {
        if (!changed.signal.aborted || line.signal.aborted) throw thrown;
        changed = new AbortController();
      }
    }
  } finally {
    ended.abort();
    await searching;
  }
};
