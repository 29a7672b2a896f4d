import { BridgeError } from '@meterbridge/core/errors';
import { decodeP1, FrameSplitter, type P1Frame, type Piece, p1Scanner } from '@meterbridge/core/frames';
import type { Reading } from '@meterbridge/core/model';
import type { Source, SourceContext } from '@meterbridge/core/runtime';
import type { LineSettings, Link } from '@meterbridge/core/transport';
import type { Port } from './config.ts';
import { lineCandidates, lineFails, lineWorks } from './line-choice.ts';
import { Patience } from './patience.ts';
import { meterClock } from './protocol/timestamp.ts';
import { PortReader } from './reader.ts';

/** A telegram is sent without pauses: after this much silence, what is pending is all there will be of it. */
const GAP_MS = 2_000;

/** Reads whatever a P1 port pushes. Nothing is ever sent to it. */
export const source: Source<Port> = async function* (context) {
  const lines = lineCandidates(context.entry);
  for (const line of lines) {
    await using link = await context.open(context.entry.address, line);
    yield* follow(context, link, line, line !== lines.at(-1));
  }
};

/** Readings from a port until it fails, or until its settings were tried long enough. */
async function* follow(
  context: SourceContext<Port>,
  link: Link,
  line: LineSettings,
  isTrial: boolean,
): AsyncGenerator<Reading, void> {
  const { entry, signal } = context;
  const splitter = new FrameSplitter(p1Scanner(entry.crc), entry.max_telegram_bytes);
  const pick = telegramPicker(context);
  const reader = new PortReader({ id: entry.id, name: entry.name, clock: meterClock(entry.timezone) });
  const patience = new Patience(entry.address.kind === 'serial' ? line : null, isTrial);
  for (;;) {
    const chunk = await link.read({ timeoutMs: GAP_MS, signal });
    const receivedMs = Date.now();
    const frames = pick(chunk ? splitter.push(chunk) : splitter.end());
    patience.heard(chunk, frames.length);
    if (frames.length > 0) lineWorks(entry, line);
    for (const frame of frames) {
      const readings = reader.read(frame, receivedMs);
      context.frame({ bytes: frame.bytes, decoded: described(readings) });
      yield* readings;
    }
    if (patience.isTrialOver) return;
    const problem = patience.verdict();
    if (!problem) continue;
    lineFails(entry);
    throw problem;
  }
}

/**
 * Picks the telegrams out of what the splitter found and reports the rest. A line on which telegrams with CRC came
 * is known to have one: a telegram without it was damaged.
 */
function telegramPicker(context: SourceContext<Port>): (pieces: readonly Piece[]) => readonly P1Frame[] {
  let hasCrc = false;
  return (pieces) =>
    pieces.flatMap(({ error, bytes }) => {
      const frame = error ? null : decodeP1(bytes);
      const lacksCrc = frame?.crcText === null && hasCrc && context.entry.crc === 'if-present';
      if (frame && !lacksCrc) {
        hasCrc ||= frame.crcText !== null;
        return [frame];
      }
      const code = error ?? 'frame/checksum-missing';
      const problem = new BridgeError(code, `a telegram of ${bytes.length} bytes was dropped`);
      context.frame({ bytes, error: problem });
      context.report(problem);
      return [];
    });
}

/** `House: 42 values, Gas meter: 1 value`. */
function described(readings: readonly Reading[]): string {
  if (readings.length === 0) return 'a telegram without known values';
  return readings
    .map(({ meter, values }) => `${meter.name}: ${values.length} ${values.length === 1 ? 'value' : 'values'}`)
    .join(', ');
}
