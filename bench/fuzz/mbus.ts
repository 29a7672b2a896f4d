import { decodeMbus, FrameSplitter, MBUS_LIMIT, scanMbus } from '@meterbridge/core/frames';
import { machineClock } from '../../apps/mbus-gateway/src/clock.ts';
import { measuredValues } from '../../apps/mbus-gateway/src/meters/measurement.ts';
import { decodeTelegram } from '../../apps/mbus-gateway/src/protocol/telegram.ts';
import { slavesOfDescription } from '../../apps/mbus-gateway/src/simulator/description.ts';
import { HEAT_METER } from '../heat-meter.ts';
import { corpusFrames } from '../mbus.ts';
import { sumOf, wronglyTaken } from './checks.ts';
import { verdicts } from './frames.ts';
import type { Target } from './target.ts';

const LONG = 0x68;
const STOP = 0x16;
/** Start, length twice, and start again. */
const HEAD = 4;
/** Marks that mean something where a DIF, a VIF or a CI may stand. */
const SIGNS = [
  LONG, STOP, 0xe5, 0x10, 0x70, 0x72, 0x73, 0x76, 0x78, 0x7a, 0x0d, 0x0f, 0x1f, 0x2f, 0x7c, 0x7f, 0x80, 0x84, 0xfb,
  0xfc, 0xfd, 0xff, 0,
]; // biome-ignore format: a table

/** Telegrams of the simulator and of the conformance corpus, down to the values that are published. */
export function mbusTarget(): Target {
  const splitter = new FrameSplitter(scanMbus, MBUS_LIMIT);
  const slaves = slavesOfDescription(HEAT_METER);
  return {
    name: 'M-Bus',
    isStream: true,
    pool: [...slaves.map((slave) => slave.currentTelegram()), ...corpusFrames()],
    signs: Uint8Array.from(SIGNS),
    repaired,
    push: (chunk) => verdicts(splitter.push(chunk), take),
    end: () => verdicts(splitter.end(), take),
  };
}

function take(bytes: Uint8Array): void {
  const frame = decodeMbus(bytes);
  if (frame.type === 'ack') return;
  const from = frame.type === 'short' ? 1 : HEAD;
  if (sumOf(bytes.subarray(from, -2)) !== bytes.at(-2))
    throw wronglyTaken('an M-Bus frame with a wrong sum', bytes);
  if (!('data' in frame)) return;
  const telegram = decodeTelegram(frame);
  if (telegram.structure !== 'variable' || !telegram.records) return;
  const all = { history: true, limits: true };
  for (const { value } of measuredValues(telegram.records, null, all, machineClock)) String(value);
}

/** As a long frame, with the lengths and the sum that fit. */
function repaired(bytes: Uint8Array): Uint8Array {
  const body = bytes.subarray(HEAD, Math.min(bytes.length - 2, HEAD + 255));
  return Uint8Array.of(LONG, body.length, body.length, LONG, ...body, sumOf(body), STOP);
}
