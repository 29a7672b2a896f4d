import { type LineSettings, POLL_INTERVAL, type Reading } from '@meterbridge/core/model';
import { pollMeters, type Source, type SourceContext } from '@meterbridge/core/runtime';
import type { Link } from '@meterbridge/core/transport';
import type { KmpMeter } from './config.ts';
import { Exchange } from './exchange.ts';
import { type MeterProfile, profiles } from './meters/index.ts';
import { registersOf } from './protocol/registers.ts';
import { MeterReader, type MeterSettings } from './reader.ts';
import { TextLine } from './text-line.ts';
import { TextReader } from './text-reader.ts';
import { timingOf } from './timing.ts';

const CONTROLS = [POLL_INTERVAL];

/** What was learned of a meter outlives the links to it. */
const readers = new WeakMap<KmpMeter, MeterReader>();
const textReaders = new WeakMap<KmpMeter, TextReader>();

/** Asks a meter for its registers each time they are due. */
export const source: Source<KmpMeter> = async function* (context) {
  const { entry, report } = context;
  if (isTextMeter(entry)) return yield* textReadings(context);
  const reader = known(readers, entry, (settings) => new MeterReader(settings));
  if (!entry.keep_open) {
    return yield* pollMeters(context, [entry], async (_, intervalMs) => {
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

/** The port is opened for each question: its answer may come at another speed. */
function textReadings(context: SourceContext<KmpMeter>): AsyncGenerator<Reading, never> {
  const { entry, report, frame, signal } = context;
  const reader = known(textReaders, entry, (settings) => new TextReader(settings));
  const line = new TextLine({ open: (settings) => openHead(context, settings), show: frame, signal });
  const hasFields = entry.address.kind === 'serial';
  return pollMeters(context, [entry], async (_, intervalMs) => [
    await reader.read(line, hasFields, { intervalMs, report }),
  ]);
}

function isTextMeter({ model }: KmpMeter): boolean {
  const profile: MeterProfile = profiles[model];
  return profile.protocol === 'text';
}

function known<R>(all: WeakMap<KmpMeter, R>, entry: KmpMeter, create: (settings: MeterSettings) => R): R {
  const { id, name, model, cron } = entry;
  const settings = { id, name, profile: profiles[model], registers: registersToRead(entry) };
  const reader = all.get(entry) ?? create({ ...settings, ...(cron === undefined && { controls: CONTROLS }) });
  all.set(entry, reader);
  return reader;
}

/** By number, in the order in which they are asked for. */
export function registersToRead({ model, parameters }: KmpMeter): readonly number[] {
  return [...new Set(parameters ?? registersOf(profiles[model].parameters))];
}

function openHead({ entry, open }: SourceContext<KmpMeter>, line: LineSettings = entry.line): Promise<Link> {
  const { address, dtr, rts } = entry;
  const settings = { ...line, dtr, rts };
  return open(address, settings);
}

function exchangeOver(link: Link, { entry, frame, signal }: SourceContext<KmpMeter>): Exchange {
  return new Exchange(link, timingOf(entry.address.kind, entry.line), frame, signal);
}
