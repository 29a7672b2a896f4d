/**
 * How long to wait before the next try: at least `minMs`, at most twice as long with each failure, up to `maxMs`.
 * Drawn by chance from all of that, so that bridges that lost the broker together do not come back together.
 * @param failures in a row before the last one: 0, 1, …
 */
export function retryDelayMs(
  failures: number,
  { retryMinMs, retryMaxMs }: { readonly retryMinMs: number; readonly retryMaxMs: number },
  random: () => number = Math.random,
): number {
  const longest = Math.min(retryMaxMs, retryMinMs * 2 ** Math.min(failures + 1, 30));
  return retryMinMs + random() * (longest - retryMinMs);
}
