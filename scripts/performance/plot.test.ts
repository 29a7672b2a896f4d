import { expect, it } from 'vitest';
import { type Plot, plotSvg } from './plot.ts';

const plot: Plot = {
  title: 'Memory & time',
  x: 'meters',
  y: 'MB',
  curves: [
    {
      name: 'linear',
      points: [
        [1, 2],
        [10, 20],
        [100, 200],
      ],
    },
    {
      name: 'constant',
      points: [
        [1, 5],
        [100, 5],
      ],
    },
  ],
};

/** Coordinates of a curve. */
function drawn(svg: string, curve: number): readonly (readonly number[])[] {
  const [, path = ''] = new RegExp(`class="c${curve}" d="([^"]+)"`).exec(svg) ?? [];
  return path.split(/[ML]/).slice(1).map((point) => point.split(' ').map(Number)); // biome-ignore format: one line
}

it('draws a power as a straight line, and what is constant as a level one', () => {
  const svg = plotSvg(plot);
  const [first, middle, last] = drawn(svg, 0) as [number[], number[], number[]];
  expect(middle[0]).toBeCloseTo((first[0]! + last[0]!) / 2, 0);
  expect(middle[1]).toBeCloseTo((first[1]! + last[1]!) / 2, 0);
  expect(last[1]).toBeLessThan(first[1]!);
  const [from, to] = drawn(svg, 1) as [number[], number[]];
  expect(to[1]).toBe(from[1]);
});

it('names axes and curves, and marks the powers of ten', () => {
  const svg = plotSvg(plot);
  const texts = Array.from(svg.matchAll(/<text[^>]*>([^<]*)</g), ([, text]) => text);
  expect(texts).toEqual(
    expect.arrayContaining(['Memory &amp; time', 'meters', 'MB', 'linear', 'constant', '1', '10', '100']),
  );
});

it('can be read in light and in dark, with fonts that every machine has', () => {
  const svg = plotSvg(plot);
  expect(svg).toContain('@media (prefers-color-scheme: dark)');
  expect(svg).not.toMatch(/https?:(?!\/\/www\.w3\.org\/2000\/svg)|url\(|@import/);
});
