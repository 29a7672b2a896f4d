/**
 * What several generators yield, as it comes. When one of them throws, `ended` is aborted and with it, if they heed it,
 * the others.
 */
export async function* merged<T>(
  ended: AbortController,
  generators: readonly AsyncGenerator<T, void>[],
): AsyncGenerator<T, void> {
  const next = async (from: AsyncGenerator<T, void>) => ({ from, result: await from.next() });
  const pending = new Map(generators.map((from) => [from, next(from)]));
  try {
    while (pending.size > 0) {
      const { from, result } = await Promise.race(pending.values());
      if (result.done) {
        pending.delete(from);
        continue;
      }
      pending.set(from, next(from));
      yield result.value;
    }
  } finally {
    ended.abort();
    await Promise.allSettled(pending.values());
  }
}
