/** Resolves with the name of the signal that asks the process to end. The same signal a second time ends it at once. */
export function interruption(): Promise<string> {
  return new Promise((resolve) => {
    const asked = (signal: NodeJS.Signals): void => {
      process.once('SIGINT', () => process.exit(130));
      process.once('SIGTERM', () => process.exit(143));
      resolve(signal);
    };
    process.once('SIGINT', asked);
    process.once('SIGTERM', asked);
  });
}

/** A signal that is aborted when the process is asked to end. */
export function untilInterrupted(): AbortSignal {
  const abort = new AbortController();
  void interruption().then(() => abort.abort());
  return abort.signal;
}
