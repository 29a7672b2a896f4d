export const FAULTS = ['checksum', 'truncate', 'noise', 'silence', 'late'] as const;
export type Fault = (typeof FAULTS)[number];

/** One answer in this many is struck by each fault. */
const ONE_IN = 6;
const LATE_MS = 1_200;

export interface Delivery {
  /** Nothing arrives of a swallowed answer. */
  readonly bytes: Uint8Array;
  readonly delayMs: number;
}

/** Damages answers as real lines do. */
export function faultyDelivery(
  faults: readonly Fault[],
  random: () => number,
): (answer: Uint8Array) => Delivery {
  const strikes = (fault: Fault): boolean => faults.includes(fault) && random() < 1 / ONE_IN;
  return (answer) => {
    let bytes = answer;
    if (strikes('silence')) bytes = new Uint8Array(0);
    if (strikes('truncate')) bytes = bytes.slice(0, Math.floor(random() * bytes.length));
    if (strikes('checksum') && bytes.length > 1) {
      bytes = bytes.slice();
      bytes[Math.floor(random() * bytes.length)]! ^= 1 << Math.floor(random() * 7);
    }
    if (strikes('noise')) bytes = Uint8Array.of(0xfd, ...bytes);
    return { bytes, delayMs: strikes('late') ? LATE_MS : 0 };
  };
}
