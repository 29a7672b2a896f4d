import { sleep } from '@meterbridge/core/time';
import type { Link } from '@meterbridge/core/transport';
import type { Faults } from './faults.ts';

const PIECE_BYTES = 7;
const TIMEOUT_MS = 1_000;

/** Writes an answer, in pieces where the DTU does so. */
export async function writeAnswer(
  link: Link,
  bytes: Uint8Array,
  faults: Faults,
  signal: AbortSignal,
): Promise<void> {
  const size = faults.strikes('split') ? PIECE_BYTES : Math.max(1, bytes.length);
  for (let at = 0; at < bytes.length; at += size) {
    if (at > 0) await sleep(1, signal);
    await link.write(bytes.subarray(at, at + size), { timeoutMs: TIMEOUT_MS, signal });
  }
}
