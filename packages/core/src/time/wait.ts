/** How long an operation may take, and who may end it earlier. */
export interface Limits {
  readonly timeoutMs: number;
  /** Once aborted, the operation throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** A longer delay would make setTimeout fire at once. */
const LONGEST_DELAY_MS = 2 ** 31 - 1;

/**
 * Settles as `begin` decides, unless the time is up (then as `atTimeout` decides) or the signal aborts.
 * What `begin` returns is called in these two cases and takes back what was begun.
 */
export function settle<T>(
  { timeoutMs, signal }: Limits,
  atTimeout: () => T,
  begin: (resolve: (value: T) => void, reject: (error: unknown) => void) => () => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  if (signal?.aborted) {
    reject(signal.reason);
    return promise;
  }
  const release = () => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
  };
  const abort = () => {
    release();
    undo();
    reject(signal?.reason);
  };
  const expire = () => {
    release();
    undo();
    // Whatever atTimeout throws becomes the rejection.
    new Promise<T>((answer) => answer(atTimeout())).then(resolve, reject);
  };
  let undo = doNothing;
  const timer = setTimeout(expire, Math.max(0, Math.min(timeoutMs, LONGEST_DELAY_MS)));
  signal?.addEventListener('abort', abort);
  const fail = (error: unknown): void => {
    release();
    reject(error);
  };
  try {
    undo = begin((value) => {
      release();
      resolve(value);
    }, fail);
  } catch (thrown) {
    fail(thrown);
  }
  return promise;
}

/** Resolves after `ms` milliseconds; throws the signal's reason as soon as it is aborted. */
export async function sleep(ms: number, signal?: AbortSignal): Promise<void> {
  let leftMs = ms;
  do {
    const timeoutMs = Math.min(leftMs, LONGEST_DELAY_MS);
    await settle<void>({ timeoutMs, signal }, doNothing, () => doNothing);
    leftMs -= timeoutMs;
  } while (leftMs > 0);
}

/** Resolves after `ms` milliseconds, or as soon as the signal is aborted. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await sleep(ms, signal).catch(doNothing);
}

/** Waits for the work, but no longer than `ms` milliseconds; then it goes on by itself. */
export async function atMost(work: Promise<unknown>, ms: number): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([work, pause(ms, over.signal)]);
  } finally {
    over.abort();
  }
}

function doNothing(): void {}
