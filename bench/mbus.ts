import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '@meterbridge/core/codec';
import { decodeMbus, encodeMbus, mbusFault } from '@meterbridge/core/frames';
import { decodeTelegram } from '../apps/mbus-gateway/src/protocol/telegram.ts';
import { slavesOfDescription } from '../apps/mbus-gateway/src/simulator/description.ts';
import { conformancePath } from '../packages/testing/src/conformance.ts';
import { HEAT_METER } from './heat-meter.ts';
import type { Contender, Contest } from './measure.ts';
import { bytesPerUnit, sumOfBytes } from './reference.ts';

/** Bytes of M-Bus frames to records in their base units. */
export function mbus(): readonly Contest[] {
  const corpus = corpusFrames();
  return [
    ...(corpus.length > 0 ? [contest(`${corpus.length} frames of the conformance corpus`, corpus)] : []),
    contest('a simulated heat meter', simulatedFrames()),
  ];
}

function contest(title: string, frames: readonly Uint8Array[]): Contest {
  const contender = (name: string, run: () => void): Contender => ({ name, run, work: frames.length });
  const checks = contender('frames checked', () => {
    for (const frame of frames) if (mbusFault(frame)) throw new Error('a frame is damaged');
  });
  const records = contender('frames to normalised records', () => {
    let count = 0;
    for (const frame of frames) count += recordsIn(frame);
    if (count < frames.length) throw new Error(`${count} records in ${frames.length} frames`);
  });
  return {
    title: `M-Bus: ${title}`,
    unit: 'frames',
    bytesPerUnit: bytesPerUnit(frames),
    contenders: [sumOfBytes(frames), checks, records],
  };
}

function recordsIn(bytes: Uint8Array): number {
  const frame = decodeMbus(bytes);
  if (!('data' in frame)) return 0;
  const telegram = decodeTelegram(frame);
  return 'records' in telegram ? (telegram.records?.length ?? 0) : 0;
}

/** All frames whose link layer is sound; those of the error cases hold the records before their fault. */
export function corpusFrames(): readonly Uint8Array[] {
  const folder = conformancePath('mbus');
  if (folder === null) return [];
  return readdirSync(join(folder, 'frames'))
    .filter((file) => file.endsWith('.hex'))
    .map((file) => bytesOf(readFileSync(join(folder, 'frames', file), 'utf8')))
    .filter((bytes) => mbusFault(bytes) === null);
}

function simulatedFrames(): readonly Uint8Array[] {
  const [slave] = slavesOfDescription(HEAT_METER);
  return Array.from({ length: 200 }, (_, at) => {
    // The frame count bit changes: each is a new answer.
    const request = encodeMbus({ type: 'short', c: at % 2 === 0 ? 0x7b : 0x5b, a: 1 });
    return slave!.answer(request)!;
  });
}
