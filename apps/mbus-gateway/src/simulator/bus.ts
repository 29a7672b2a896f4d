import type { Slave } from './slave.ts';

/** What a line carries when these answer a request: all at once, over each other. */
export function answerOf(slaves: readonly Slave[], request: Uint8Array): Uint8Array | null {
  const answers = slaves.map((slave) => slave.answer(request)).filter((answer) => answer !== null);
  return answers.length === 0 ? null : answers.reduce(superposed);
}

/** A meter sends a 0 by drawing current: where one does, the others cannot be heard. */
function superposed(one: Uint8Array, other: Uint8Array): Uint8Array {
  const [longer, shorter] = one.length < other.length ? [other, one] : [one, other];
  return longer.map((byte, at) => byte & (shorter[at] ?? 0xff));
}
