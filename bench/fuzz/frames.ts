import { BridgeError, toBridgeError } from '@meterbridge/core/errors';
import type { FrameSplitter } from '@meterbridge/core/frames';

/** Why each piece of a stream was refused, null where it was taken. @param take throws a BridgeError to refuse it */
export function* verdicts(
  pieces: ReturnType<FrameSplitter['push']>,
  take: (bytes: Uint8Array) => void,
): Generator<string | null> {
  for (const { error, bytes } of pieces) {
    if (error !== null) yield error;
    else yield refusal(() => take(bytes));
  }
}

/** Anything but a BridgeError is a fault, and passes. */
function refusal(take: () => void): string | null {
  try {
    take();
    return null;
  } catch (thrown) {
    if (!(thrown instanceof BridgeError)) throw thrown;
    return toBridgeError(thrown).code;
  }
}
