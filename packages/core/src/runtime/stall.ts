import { BridgeError } from '../errors/index.ts';

/** Longer than any time limit of a source: whoever tells nothing for so long does not wait, but hangs. */
const STALLED_AFTER_MS = 5 * 60_000;

export interface ProgressingLine {
  readonly entry: { readonly id: string };
  /** When something came of it last, or a wait ends that it has announced; as `performance.now()`. */
  readonly progressMs: number;
}

/** What is wrong with a line whose source hangs, or null. */
export function stallOf(
  { entry, progressMs }: ProgressingLine,
  afterMs = STALLED_AFTER_MS,
): BridgeError | null {
  if (performance.now() - progressMs <= afterMs) return null;
  return new BridgeError(
    'line/stalled',
    `nothing has come of ${entry.id} for ${afterMs / 1000} s, not even an error`,
  );
}
