import type { Target } from './target.ts';

type Damage = (bytes: Uint8Array, target: Target, random: () => number) => Uint8Array;

const pick = (random: () => number, below: number): number => Math.floor(random() * below);

const DAMAGES: readonly Damage[] = [
  (bytes) => bytes,
  // One bit, or a few bytes.
  (bytes, _, random) => {
    const damaged = Uint8Array.from(bytes);
    if (bytes.length > 0) damaged[pick(random, damaged.length)]! ^= 1 << pick(random, 8);
    return damaged;
  },
  (bytes, { signs }, random) => overwritten(bytes, signs, 1 + pick(random, 8), random),
  // Cut short, and with a piece missing.
  (bytes, _, random) => bytes.subarray(0, pick(random, bytes.length)),
  (bytes, _, random) => bytes.subarray(pick(random, bytes.length)),
  (bytes, _, random) => {
    const from = pick(random, bytes.length);
    return joined(bytes.subarray(0, from), bytes.subarray(from + pick(random, 60)));
  },
  // With something put in, sent twice, or joined with another in the middle.
  (bytes, { signs }, random) => {
    const at = pick(random, bytes.length);
    const noise = Uint8Array.from({ length: pick(random, 40) }, () => signs[pick(random, signs.length)]!);
    return joined(bytes.subarray(0, at), noise, bytes.subarray(at));
  },
  (bytes, _, random) => {
    const from = pick(random, bytes.length);
    const to = from + pick(random, bytes.length - from);
    return joined(bytes.subarray(0, to), bytes.subarray(from));
  },
  (bytes, { pool }, random) => {
    const other = pool[pick(random, pool.length)]!;
    return joined(bytes.subarray(0, pick(random, bytes.length)), other.subarray(pick(random, other.length)));
  },
  // Damaged, but with a checksum that says otherwise: the decoder has to cope.
  (bytes, target, random) => target.repaired(overwritten(bytes, target.signs, 1 + pick(random, 6), random)),
  (bytes, target, random) => target.repaired(overwritten(bytes, ANY_BYTE, 1 + pick(random, 6), random)),
  // Without CR, as some gateways pass lines on.
  (bytes) => bytes.filter((byte) => byte !== 0x0d),
  (_bytes, _, random) => Uint8Array.from({ length: pick(random, 200) }, () => pick(random, 256)),
];

const ANY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** One of the sound inputs, damaged in one of the ways that lines do it, and then some. */
export function damagedInput(target: Target, random: () => number): Uint8Array {
  const bytes = target.pool[pick(random, target.pool.length)]!;
  return DAMAGES[pick(random, DAMAGES.length)]!(bytes, target, random);
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

function overwritten(bytes: Uint8Array, signs: Uint8Array, count: number, random: () => number): Uint8Array {
  const damaged = Uint8Array.from(bytes);
  for (let done = 0; done < count && bytes.length > 0; done++)
    damaged[pick(random, damaged.length)] = signs[pick(random, signs.length)]!;
  return damaged;
}
