import type { LineSettings, Reading } from '@meterbridge/core/model';
import type { Source, SourceContext } from '@meterbridge/core/runtime';
import type { Link } from '@meterbridge/core/transport';
import type { Port } from './config.ts';
import { lineCandidates, lineFails, lineWorks } from './line-choice.ts';
import { Patience } from './patience.ts';
import { portSettings, telegramOptions, thinningSettings } from './port-settings.ts';
import { PortReader } from './reader.ts';
import { TelegramPicker } from './telegram-picker.ts';
import { TelegramSplitter } from './telegrams.ts';
import { Thinning } from './thinning.ts';

/** A telegram is sent without pauses: after this much silence, what is pending is all there will be of it. */
const GAP_MS = 2_000;

/** Reads whatever a P1 port pushes. Nothing is ever sent to it. */
export const source: Source<Port> = async function* (context) {
  const lines = [...lineCandidates(context.entry)];
  for (let line = lines.shift(); line; line = lines.shift()) {
    await using link = await context.open(context.entry.address, line);
    const looksLikeParity = yield* follow(context, link, line, lines.length > 0);
    if (looksLikeParity) lines.unshift({ ...line, dataBits: 7, parity: 'even' });
  }
};

/**
 * Readings from a port until it fails, or until its settings were tried long enough.
 * @returns does it look as if only parity is wrong?
 */
async function* follow(
  context: SourceContext<Port>,
  link: Link,
  line: LineSettings,
  isTrial: boolean,
): AsyncGenerator<Reading, boolean> {
  const { entry, signal } = context;
  const splitter = new TelegramSplitter(telegramOptions(entry));
  const reader = new PortReader(portSettings(entry));
  const thinning = new Thinning(thinningSettings(entry));
  const patience = new Patience(entry.address.kind === 'serial' ? line : null, isTrial);
  const picker = new TelegramPicker(context, patience);
  for (;;) {
    const chunk = dataBitsOf(await link.read({ timeoutMs: GAP_MS, signal }), line);
    const receivedMs = Date.now();
    const frames = picker.pick(chunk ? splitter.push(chunk) : splitter.end());
    patience.heard(chunk, frames.length);
    if (frames.length > 0) lineWorks(entry, line);
    for (const frame of frames) {
      const readings = reader.read(frame, receivedMs);
      context.frame({ bytes: frame.bytes, decoded: described(readings) });
      // Meters behind the port tell only what is new as it is.
      for (const reading of readings)
        yield reading.meter.via ? reading : thinning.pass(reading, performance.now());
    }
    if (patience.isTrialOver) return patience.looksLikeParity;
    const problem = patience.verdict();
    if (!problem) continue;
    lineFails(entry);
    throw problem;
  }
}

/** A serial server that takes 7E1 for 8N1 passes on the parity as an eighth bit. */
function dataBitsOf(chunk: Uint8Array | null, { dataBits }: LineSettings): Uint8Array | null {
  return chunk && dataBits === 7 ? chunk.map((byte) => byte & 0x7f) : chunk;
}

/** `House: 42 values, Gas meter: 1 value`. */
function described(readings: readonly Reading[]): string {
  if (readings.length === 0) return 'a telegram without known values';
  return readings
    .map(({ meter, values }) => `${meter.name}: ${values.length} ${values.length === 1 ? 'value' : 'values'}`)
    .join(', ');
}
