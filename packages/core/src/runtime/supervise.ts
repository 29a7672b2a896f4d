import { BridgeError, toBridgeError } from '../errors/index.ts';
import type { Reading } from '../model/index.ts';
import { pause } from '../time/index.ts';
import type { Breaker, Failure } from './breaker.ts';

export interface SuperviseEvents {
  onReading(reading: Reading): void;
  onFailure(failure: Failure): void;
}

/** Runs a source again and again until aborted; its errors end here. */
export async function supervise(
  start: () => AsyncIterable<Reading>,
  breaker: Breaker,
  events: SuperviseEvents,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    breaker.trying();
    const error = await runOnce(start, signal, (reading) => {
      events.onReading(reading);
      breaker.succeeded();
    });
    if (signal.aborted) return;
    const failure = breaker.failed(error);
    events.onFailure(failure);
    await pause(failure.waitMs, signal);
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
