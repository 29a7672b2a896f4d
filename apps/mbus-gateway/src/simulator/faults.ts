export const FAULTS = ['checksum', 'truncate', 'noise', 'silence', 'late', 'babble', 'other'] as const;
export type Fault = (typeof FAULTS)[number];

/** One answer in this many is struck by each fault. */
const ONE_IN = 6;
const LATE_MS = 1_200;

export interface Delivery {
  /** Nothing arrives of a swallowed answer. */
  readonly bytes: Uint8Array;
  readonly delayMs: number;
  /** What comes behind it although nobody asked. */
  readonly babble: Uint8Array;
}

const MOST_BABBLE = 40;

/**
 * Damages answers as real lines do.
 * @param anyAnswer what some meter of the line may answer, whoever was asked
 */
export function faultyDelivery(
  faults: readonly Fault[],
  random: () => number,
  anyAnswer: (random: number) => Uint8Array,
): (answer: Uint8Array) => Delivery {
  const strikes = (fault: Fault): boolean => faults.includes(fault) && random() < 1 / ONE_IN;
  return (answer) => {
    let bytes = answer;
    // An acknowledgement does not tell who gave it.
    if (answer.length > 1 && strikes('other')) bytes = anyAnswer(random());
    if (strikes('silence')) bytes = new Uint8Array(0);
    if (strikes('truncate')) bytes = bytes.slice(0, Math.floor(random() * bytes.length));
    if (strikes('checksum') && bytes.length > 1) {
      bytes = bytes.slice();
      bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 7);
    }
    if (strikes('noise')) bytes = Uint8Array.of(0xfd, ...bytes);
    const length = strikes('babble') ? Math.ceil(MOST_BABBLE * random()) : 0;
    const babble = Uint8Array.from({ length }, () => Math.floor(256 * random()));
    return { bytes, delayMs: strikes('late') ? LATE_MS : 0, babble };
  };
}
