import { pollMeters, type Source, type SourceContext } from '@meterbridge/core/runtime';
import type { Link } from '@meterbridge/core/transport';
import type { KmpMeter } from './config.ts';
import { Exchange } from './exchange.ts';
import { profiles } from './meters/index.ts';
import { registersOf } from './protocol/registers.ts';
import { MeterReader } from './reader.ts';
import { timingOf } from './timing.ts';

/** What was learned of a meter outlives the links to it. */
const readers = new WeakMap<KmpMeter, MeterReader>();

/** Asks a meter for its registers each time they are due. */
export const source: Source<KmpMeter> = async function* (context) {
  const { entry, report } = context;
  const reader = readerOf(entry);
  if (!entry.keep_open) {
    yield* pollMeters(context, [entry], async (_, intervalMs) => {
      await using link = await openHead(context);
      return [await reader.read(exchangeOver(link, context), { intervalMs, report })];
    });
  }
  await using link = await openHead(context);
  const exchange = exchangeOver(link, context);
  yield* pollMeters(context, [entry], async (_, intervalMs) => [
    await reader.read(exchange, { intervalMs, report }),
  ]);
};

function readerOf(entry: KmpMeter): MeterReader {
  const known = readers.get(entry);
  if (known) return known;
  const { id, name, model, parameters } = entry;
  const profile = profiles[model];
  const registers = [...new Set(parameters ?? registersOf(profile.parameters))];
  const reader = new MeterReader({ id, name, profile, registers });
  readers.set(entry, reader);
  return reader;
}

function openHead({ entry, open }: SourceContext<KmpMeter>): Promise<Link> {
  const { address, line, dtr, rts } = entry;
  const settings = { ...line, dtr, rts };
  return open(address, settings);
}

function exchangeOver(link: Link, { entry, frame, signal }: SourceContext<KmpMeter>): Exchange {
  return new Exchange(link, timingOf(entry.address.kind, entry.line), frame, signal);
}
