import { seededRandom } from '@meterbridge/core/codec';
import { FrameSplitter, p1Scanner } from '@meterbridge/core/frames';
import { sleep } from '@meterbridge/core/time';
import type { Keys } from '../encryption.ts';
import { type Fault, FaultyLine } from './faults.ts';
import { House } from './house.ts';
import { sealTelegram } from './seal.ts';
import { gasTime, type SimulatedVersion, simulateTelegram } from './telegram.ts';

export interface SimulatorSettings {
  readonly version: SimulatedVersion;
  readonly faults: readonly Fault[];
  /** Milliseconds from one telegram to the next. */
  readonly intervalMs: number;
  /** Same seed, same house and same faults. */
  readonly seed: number;
  /** Bytes to send instead of a house's telegrams. */
  readonly replay?: readonly Uint8Array[] | undefined;
  /** With these, telegrams are encrypted. */
  readonly keys?: Keys | null | undefined;
}

/** A meter goes on counting its frames over restarts: there are never more than ten in a second. */
const FRAMES_PER_SECOND = 10;

/** Every second since 5.0, every ten seconds before. */
export function usualIntervalMs(version: SimulatedVersion): number {
  return version === '5.0' ? 1_000 : 10_000;
}

/** Sends telegrams as a P1 port does, for ever or until the replay is over. */
export async function runPort(
  settings: SimulatorSettings,
  send: (bytes: Uint8Array) => void,
  signal: AbortSignal,
): Promise<void> {
  const random = seededRandom(settings.seed);
  const line = new FaultyLine(settings.faults, random);
  let frameCounter = Math.floor((Date.now() / 1000) * FRAMES_PER_SECOND) % 2 ** 32;
  const telegrams = settings.replay ? replayed(settings.replay) : houseTelegrams(settings.version, random);
  for (const telegram of telegrams) {
    const bytes = line.pass(settings.keys ? sealTelegram(telegram, settings.keys, frameCounter++) : telegram);
    if (bytes.length > 0) send(bytes);
    await sleep(settings.intervalMs, signal);
  }
}

/** Telegrams of a house whose clock is the machine's, shown in standard time. */
function* houseTelegrams(version: SimulatedVersion, random: () => number): Generator<Uint8Array> {
  const house = new House(random);
  let gas = { localMs: 0, litres: 0 };
  for (;;) {
    // The simulated meters stand in Central Europe and, like Swedish ones, know no summer time.
    const state = house.at(Date.now() + 3_600_000);
    const gasMs = gasTime(version, state.localMs);
    if (gasMs !== gas.localMs) gas = { localMs: gasMs, litres: state.gasLitres };
    yield simulateTelegram(version, state, gas);
  }
}

/** Captures cut into telegrams, so that they come one at a time; what is no telegram is sent as it stands. */
function* replayed(captures: readonly Uint8Array[]): Generator<Uint8Array> {
  for (const capture of captures) {
    const splitter = new FrameSplitter(p1Scanner('off'), Math.max(capture.length + 1, 1));
    const pieces = [...splitter.push(capture), ...splitter.end()];
    if (pieces.length === 0) yield capture;
    for (const { bytes } of pieces) yield bytes;
  }
}
