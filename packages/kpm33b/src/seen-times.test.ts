import { expect, it } from 'vitest';
import { SeenTimes } from './seen-times.ts';

it('knows as many times as it may, and forgets the oldest first', () => {
  const seen = new SeenTimes(2);
  expect(['1', '2', '2', '1', '3', '2', '1', '2'].map((time) => seen.add(time))).toEqual([
    true,
    true,
    false,
    false,
    true,
    false,
    true,
    true,
  ]);
});

it('tells long texts from each other without keeping them', () => {
  const long = 'x'.repeat(60_000);
  const texts = [long, `${long}y`, `y${long}`, `${long.slice(1)}y`];
  const seen = new SeenTimes(4);
  expect([...texts, ...texts].map((text) => seen.add(text))).toEqual([
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ]);
});
