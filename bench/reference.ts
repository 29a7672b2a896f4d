import type { Contender } from './measure.ts';

/** The physical reference: a loop that does nothing but sum the bytes that others make sense of. */
export function sumOfBytes(pieces: readonly Uint8Array[], work = pieces.length): Contender {
  return {
    name: 'a loop that sums the bytes',
    work,
    run() {
      if (sumOf(pieces) < 0) throw new Error('a sum below 0');
    },
  };
}

/** How many bytes make one of the unit, on average. */
export function bytesPerUnit(pieces: readonly Uint8Array[], work = pieces.length): number {
  return pieces.reduce((sum, { length }) => sum + length, 0) / work;
}

/** All in one function: as two, engines make half as much of it. */
function sumOf(pieces: readonly Uint8Array[]): number {
  let sum = 0;
  for (const bytes of pieces) for (let at = 0, end = bytes.length; at < end; at++) sum += bytes[at]!;
  return sum;
}
