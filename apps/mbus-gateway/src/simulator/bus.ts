import type { Slave } from './slave.ts';

/** What a line carries when these answer a request: all at once, over each other. */
export function answerOf(slaves: readonly Slave[], request: Uint8Array): Uint8Array | null {
  const answers = slaves.flatMap((slave) => {
    const bytes = slave.answer(request);
    // An acknowledgement is there at once, so that several sound like one; data have to be made first.
    return bytes ? [{ bytes, delayBits: bytes.length === 1 ? 0 : slave.delayBits }] : [];
  });
  if (answers.length <= 1) return answers[0]?.bytes ?? null;
  const first = Math.min(...answers.map(({ delayBits }) => delayBits));
  return heard(answers.map(({ bytes, delayBits }) => ({ bits: bitsOf(bytes), at: delayBits - first })));
}

interface Sent {
  readonly bits: Uint8Array;
  /** When it begins, in bit times. */
  readonly at: number;
}

const BITS = 11;

/** A byte on the line: start bit 0, eight bits from the least significant on, even parity, stop bit 1. */
function bitsOf(bytes: Uint8Array): Uint8Array {
  const bits = new Uint8Array(BITS * bytes.length);
  for (const [index, byte] of bytes.entries()) {
    let ones = 0;
    for (let bit = 0; bit < 8; bit++) {
      const value = (byte >> bit) & 1;
      ones += value;
      bits[BITS * index + 1 + bit] = value;
    }
    bits[BITS * index + 9] = ones & 1;
    bits[BITS * index + 10] = 1;
  }
  return bits;
}

/** A meter sends a 0 by drawing current: where one does, the others cannot be heard. */
function heard(all: readonly Sent[]): Uint8Array {
  const line = new Uint8Array(Math.max(...all.map(({ bits, at }) => at + bits.length))).fill(1);
  for (const { bits, at } of all) for (const [index, bit] of bits.entries()) line[at + index]! &= bit;
  const bytes: number[] = [];
  for (let at = 0; at < line.length; ) {
    if (line[at] === 1) {
      at++;
      continue;
    }
    bytes.push(
      Array.from({ length: 8 }, (_, bit) => (line[at + 1 + bit] ?? 1) << bit).reduce((sum, bit) => sum | bit),
    );
    // Without a stop bit, the receiver waits for the line to rest.
    for (at += BITS - 1; line[at] === 0; ) at++;
  }
  return Uint8Array.from(bytes);
}
