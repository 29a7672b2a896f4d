/** How a cost grows with the number of meters: as its power. */
export interface GrowthLaw {
  readonly what: string;
  /** Least squares over the logarithms; null: there is too little to tell. */
  readonly exponent: number | null;
  readonly words: string;
  /** Number of meters to cost. */
  readonly points: readonly Point[];
}

export type Point = readonly [meters: number, cost: number];

/**
 * @param from fewer meters than these are not looked at
 * @param fixed what it costs with hardly any meter, if that is not to count
 */
export function growthLaw(
  what: string,
  points: readonly Point[],
  { from = 1, fixed = 0 }: { readonly from?: number; readonly fixed?: number } = {},
): GrowthLaw {
  const logs = points
    .filter(([meters, cost]) => meters >= from && cost > fixed)
    .map(([meters, cost]) => [Math.log(meters), Math.log(cost - fixed)] as const);
  const exponent = logs.length < 2 ? null : slope(logs);
  return { what, exponent, words: wordsFor(exponent), points };
}

/** Least squares. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (of: (point: readonly [number, number]) => number): number =>
    points.reduce((sum, point) => sum + of(point), 0) / points.length;
  const [x, y] = [mean((point) => point[0]), mean((point) => point[1])];
  return mean((point) => (point[0] - x) * (point[1] - y)) / mean((point) => (point[0] - x) ** 2);
}

function wordsFor(exponent: number | null): string {
  if (exponent === null) return 'too little to tell';
  if (exponent < 0.2) return 'constant';
  if (exponent < 0.8) return 'slower than linear';
  return exponent <= 1.2 ? 'linear' : 'faster than linear';
}
