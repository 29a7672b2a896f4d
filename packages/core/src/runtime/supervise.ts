import { BridgeError, toBridgeError } from '../errors/index.ts';
import type { Reading } from '../model/index.ts';
import { sleep } from '../transport/index.ts';
import { backoffMs } from './backoff.ts';

export interface SuperviseEvents {
  onReading(reading: Reading): void;
  /** @param failures in a row, this one included */
  onFailure(error: BridgeError, failures: number, waitMs: number): void;
}

/** Runs a source again and again until aborted; its errors end here. */
export async function supervise(
  start: () => AsyncIterable<Reading>,
  events: SuperviseEvents,
  signal: AbortSignal,
): Promise<void> {
  let failures = 0;
  while (!signal.aborted) {
    const error = await runOnce(start, signal, (reading) => {
      failures = 0;
      events.onReading(reading);
    });
    if (signal.aborted) return;
    failures++;
    const waitMs = backoffMs(failures, error.retry);
    events.onFailure(error, failures, waitMs);
    await sleep(waitMs, signal).catch(() => undefined);
  }
}

async function runOnce(
  start: () => AsyncIterable<Reading>,
  signal: AbortSignal,
  onReading: (reading: Reading) => void,
): Promise<BridgeError> {
  try {
    for await (const reading of start()) {
      if (signal.aborted) break;
      onReading(reading);
    }
    // A source that just ends would otherwise be restarted in a busy loop.
    return new BridgeError('link/lost', 'the source of readings ended');
  } catch (thrown) {
    return toBridgeError(thrown);
  }
}
