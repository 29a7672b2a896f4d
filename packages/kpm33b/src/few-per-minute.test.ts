import { expect, it } from 'vitest';
import { FewPerMinute } from './few-per-minute.ts';

it('lets a few events through per minute, and says how many it held back', () => {
  const few = new FewPerMinute(2);
  const passed = (nowMs: number, count: number) => Array.from({ length: count }, () => few.pass(nowMs));
  expect(passed(0, 5)).toEqual([0, 0, null, null, null]);
  expect(passed(59_999, 1)).toEqual([null]);
  expect(passed(60_000, 3)).toEqual([4, 0, null]);
  expect(passed(200_000, 1)).toEqual([1]);
});
