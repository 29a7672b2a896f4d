import { type BridgeError, toBridgeError } from '../errors/index.ts';

/** Calls a callback that is not ours: what it throws, or its promise rejects with, must not reach the connection. */
export function safely(callback: () => unknown, onError: (error: BridgeError) => void): void {
  try {
    const result = callback();
    if (result instanceof Promise) result.catch((thrown: unknown) => onError(toBridgeError(thrown)));
  } catch (thrown) {
    onError(toBridgeError(thrown));
  }
}
