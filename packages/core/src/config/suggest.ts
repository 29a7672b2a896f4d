/** What to say about a key that the schema does not have: the nearest one that it has, or all of them. */
export function explainUnknown(key: string, known: readonly string[]): string {
  // `password:hunter2` in braces is one key for YAML; what follows the colon is not for the log.
  if (key.includes(':')) return 'is not a key; there must be a space behind the colon';
  const near = nearest(key, known);
  if (near !== undefined) return `is not a key; did you mean "${near}"?`;
  return known.length === 0 ? 'is not a key' : `is not a key; must be one of ${known.join(', ')}`;
}

/** The name that was meant by one that is hardly wrong. */
export function nearest(key: string, known: readonly string[]): string | undefined {
  const wanted = plain(key).slice(0, 64);
  const ranked = known
    .map((name) => ({ name, distance: editDistance(wanted, plain(name)) }))
    .toSorted((a, b) => a.distance - b.distance);
  const [best] = ranked;
  return best && best.distance <= Math.max(1, Math.floor(best.name.length / 3)) ? best.name : undefined;
}

/** `baseTopic`, `base-topic` and `base_topic` are the same to a person. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}

/** How many letters must be typed, dropped, changed or swapped with their neighbour. */
function editDistance(from: string, to: string): number {
  let beforeLast: number[] = [];
  let last = Array.from({ length: to.length + 1 }, (_, column) => column);
  for (let row = 1; row <= from.length; row++) {
    const current = [row];
    for (let column = 1; column <= to.length; column++) {
      const same = from[row - 1] === to[column - 1];
      const swapped =
        row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      current[column] = Math.min(
        current[column - 1]! + 1,
        last[column]! + 1,
        last[column - 1]! + (same ? 0 : 1),
        swapped ? beforeLast[column - 2]! + 1 : Number.POSITIVE_INFINITY,
      );
    }
    [beforeLast, last] = [last, current];
  }
  return last[to.length]!;
}
