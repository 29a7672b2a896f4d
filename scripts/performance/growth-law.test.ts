import { expect, it } from 'vitest';
import { growthLaw, type Point } from '../../bench/growth-law.ts';

const METERS = [1, 10, 100, 1_000];
const costs = (cost: (meters: number) => number): readonly Point[] =>
  METERS.map((meters) => [meters, cost(meters)]);

it.each([
  ['constant', () => 7, 0],
  ['slower than linear', Math.sqrt, 0.5],
  ['linear', (meters: number) => 3 * meters, 1],
  ['faster than linear', (meters: number) => meters ** 2 / 5, 2],
] as const)('finds what is %s', (words, cost, exponent) => {
  const law = growthLaw('a cost', costs(cost));
  expect(law.words).toBe(words);
  expect(law.exponent).toBeCloseTo(exponent, 10);
});

it('leaves out what is there with hardly any meter', () => {
  const points = costs((meters) => 100 + 0.2 * meters);
  expect(growthLaw('memory', points).words).toBe('constant');
  expect(growthLaw('memory', points, { fixed: 100 }).exponent).toBeCloseTo(1, 10);
});

it('says so when there is too little to tell', () => {
  const law = growthLaw(
    'memory',
    costs(() => 100),
    { from: 100, fixed: 100 },
  );
  expect(law).toMatchObject({ exponent: null, words: 'too little to tell' });
});
