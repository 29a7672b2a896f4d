/** Bits of a byte on the wire: start, eight, parity, stop. */
const BITS_PER_BYTE = 11;
const LONGEST_FRAME = 261;
/** Battery meters take longer to wake up than EN 13757-2 allows. */
const LEAST_ANSWER_MS = 500;
const LEAST_GAP_MS = 50;

/** How long to wait, in milliseconds. */
export interface Timing {
  /** For the first byte of an answer. */
  readonly answerMs: number;
  /** For the next byte. */
  readonly gapMs: number;
  /** For all of an answer, whatever arrives. */
  readonly wholeMs: number;
  readonly baudRate: number;
}

export interface TimingSettings {
  readonly baudRate: number;
  /** What the way to the line adds: USB adapters 16 ms, serial servers up to 500 ms. */
  readonly latencyMs: number;
  /** Instead of what the standard allows. */
  readonly answerMs?: number | undefined;
}

/** EN 13757-2, 5.7.3: an answer begins after 330 bit times and 50 ms at the latest; meters pause 33 bit times at most. */
export function timingOf({ baudRate, latencyMs, answerMs }: TimingSettings): Timing {
  const first = answerMs ?? Math.max(standardAnswerMs(baudRate), LEAST_ANSWER_MS);
  const gapMs = Math.max(bitsMs(33, baudRate), LEAST_GAP_MS) + latencyMs;
  const wholeMs = 2 * (first + latencyMs) + 2 * wireMs(LONGEST_FRAME, baudRate) + gapMs;
  return { answerMs: first + latencyMs, gapMs, wholeMs, baudRate };
}

/** The time that the standard gives a meter to begin its answer. */
export function standardAnswerMs(baudRate: number): number {
  return bitsMs(330, baudRate) + 50;
}

/** For a meter that seems to answer later than it should, instead of this time. */
export function patientMs(answerMs: number): number {
  return 3 * answerMs + LEAST_ANSWER_MS;
}

/** What `bytes` take on the line. */
export function wireMs(bytes: number, baudRate: number): number {
  return bitsMs(bytes * BITS_PER_BYTE, baudRate);
}

function bitsMs(bits: number, baudRate: number): number {
  return Math.ceil((1000 * bits) / baudRate);
}
