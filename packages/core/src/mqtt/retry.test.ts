import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { retryDelayMs } from './retry.ts';

const timing = { retryMinMs: 1_000, retryMaxMs: 60_000 };

describe('wait between two tries', () => {
  it.each([
    [0, 2_000],
    [1, 4_000],
    [4, 32_000],
    [5, 60_000],
    [1_000_000, 60_000],
  ])('after %i failures is drawn from 1 s to %i ms', (failures, longest) => {
    expect(retryDelayMs(failures, timing, () => 0)).toBe(1_000);
    expect(retryDelayMs(failures, timing, () => 0.5)).toBe((1_000 + longest) / 2);
    expect(retryDelayMs(failures, timing, () => 1)).toBe(longest);
  });

  it('never leaves its bounds', () => {
    fc.assert(
      fc.property(fc.nat(), (failures) => {
        const ms = retryDelayMs(failures, timing);
        expect(ms).toBeGreaterThanOrEqual(1_000);
        expect(ms).toBeLessThanOrEqual(60_000);
      }),
    );
  });
});
