import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bytesOf } from '@meterbridge/core/codec';
import { decodeMbus, mbusFault } from '@meterbridge/core/frames';
import { decodeTelegram } from '../apps/mbus-gateway/src/protocol/telegram.ts';
import { conformancePath } from '../packages/testing/src/conformance.ts';
import type { Contender, Contest } from './measure.ts';

/** Bytes of M-Bus frames to records in their base units, against a loop that does nothing but sum the same bytes. */
export function mbus(): readonly Contest[] {
  const frames = corpusFrames();
  const contender = (name: string, run: () => void): Contender => ({ name, run, work: frames.length });
  const sums = contender('a loop that sums the bytes', () => {
    for (const frame of frames) if (sumOf(frame) < 0) throw new Error('a sum below 0');
  });
  const checks = contender('frames checked', () => {
    for (const frame of frames) if (mbusFault(frame)) throw new Error('a frame of the corpus is damaged');
  });
  const records = contender('frames to normalised records', () => {
    let count = 0;
    for (const frame of frames) count += recordsIn(frame);
    if (count < frames.length) throw new Error(`${count} records in ${frames.length} frames`);
  });
  return [
    {
      title: `M-Bus: ${frames.length} frames of the conformance corpus`,
      unit: 'frames',
      contenders: [sums, checks, records],
    },
  ];
}

function recordsIn(bytes: Uint8Array): number {
  const frame = decodeMbus(bytes);
  if (!('data' in frame)) return 0;
  const telegram = decodeTelegram(frame);
  return 'records' in telegram ? (telegram.records?.length ?? 0) : 0;
}

/** All frames whose link layer is sound; those of the error cases hold the records before their fault. */
function corpusFrames(): readonly Uint8Array[] {
  const folder = conformancePath('mbus');
  if (folder === null) return [];
  return readdirSync(join(folder, 'frames'))
    .filter((file) => file.endsWith('.hex'))
    .map((file) => bytesOf(readFileSync(join(folder, 'frames', file), 'utf8')))
    .filter((bytes) => mbusFault(bytes) === null);
}

function sumOf(bytes: Uint8Array): number {
  let sum = 0;
  for (let at = 0, end = bytes.length; at < end; at++) sum += bytes[at]!;
  return sum;
}
