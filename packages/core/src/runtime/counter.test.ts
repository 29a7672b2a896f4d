import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../codec/index.ts';
import { type Counter, judge, type Moment } from './counter.ts';

const HOUR_MS = 3_600_000;
const LIMIT = 100;

const at = (ms: number): Moment => ({ monotonic: ms, wall: ms, meter: ms });
const wh = (mantissa: number): Decimal => new Decimal(mantissa, 3);
const fresh = (mantissa: number): Counter => ({
  good: { value: wh(mantissa), since: at(0) },
  held: null,
  proven: 0,
});

/** What becomes of each value; a number is milliseconds and mantissa. */
function verdicts(first: number, readings: readonly (readonly [Moment, number])[], limit = LIMIT): string[] {
  let counter = fresh(first);
  return readings.map(([now, mantissa]) => {
    const judged = judge(counter, wh(mantissa), now, limit);
    counter = judged.counter;
    return judged.verdict;
  });
}

/** Readings of a meter that counts with 0 to 100 kW, at any distance from each other. */
const honest = fc
  .array(
    fc.record({
      ms: fc.integer({ min: 1, max: 30 * 24 * HOUR_MS }),
      load: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
    {
      minLength: 1,
      maxLength: 30,
    },
  )
  .map((steps) => {
    let [ms, mantissa] = [0, 5_000_000];
    return steps.map((step) => {
      ms += step.ms;
      mantissa += Math.floor((LIMIT * 1000 * step.load * step.ms) / HOUR_MS);
      return [ms, mantissa] as const;
    });
  });

describe('a total', () => {
  it('is believed as long as it rises no faster than is possible', () => {
    fc.assert(
      fc.property(honest, (readings) => {
        const all = verdicts(
          5_000_000,
          readings.map(([ms, mantissa]) => [at(ms), mantissa]),
        );
        expect(new Set(all)).toEqual(new Set(['good']));
      }),
    );
  });

  it('is believed whatever the clocks of machine and meter are set to meanwhile', () => {
    const clock = fc.integer({ min: -4e12, max: 4e12 });
    fc.assert(
      fc.property(
        honest,
        fc.array(fc.tuple(clock, clock), { minLength: 30, maxLength: 30 }),
        (readings, clocks) => {
          const all = verdicts(
            5_000_000,
            readings.map(([ms, mantissa], n) => [
              { monotonic: ms, wall: clocks[n]![0], meter: clocks[n]![1] },
              mantissa,
            ]),
          );
          expect(new Set(all)).toEqual(new Set(['good']));
        },
      ),
    );
  });

  it('is not believed once when it falls, wherever that happens, and no reading after it suffers', () => {
    fc.assert(
      fc.property(honest, fc.nat(), fc.nat({ max: 4_999_999 }), (readings, where, bogus) => {
        const n = where % readings.length;
        const [ms] = readings[n]!;
        const disturbed = [...readings.slice(0, n), [ms - 0.5, bogus] as const, ...readings.slice(n)];
        const all = verdicts(
          5_000_000,
          disturbed.map(([time, mantissa]) => [at(time), mantissa]),
        );
        expect(all).toEqual(all.map((_, index) => (index === n ? 'held' : 'good')));
      }),
    );
  });

  it('is not believed once when it jumps', () => {
    fc.assert(
      fc.property(honest, fc.nat(), fc.integer({ min: 1, max: 1e12 }), (readings, where, more) => {
        const n = where % readings.length;
        const [ms] = readings[n]!;
        const bogus = 5_000_000 + Math.ceil(LIMIT * 1000 * (ms / HOUR_MS + 1)) + 2 + more;
        const disturbed = [...readings.slice(0, n), [ms - 0.5, bogus] as const, ...readings.slice(n)];
        const all = verdicts(
          5_000_000,
          disturbed.map(([time, mantissa]) => [at(time), mantissa]),
        );
        expect(all).toEqual(all.map((_, index) => (index === n ? 'held' : 'good')));
      }),
    );
  });

  it('is believed again with the second reading of another meter', () => {
    fc.assert(
      fc.property(honest, fc.nat({ max: 4_999_999 }), (readings, first) => {
        // A total that has overtaken that of the old meter looks like the old one.
        fc.pre(readings.at(-1)![1] - 5_000_000 + first < 5_000_000);
        const other = readings.map(([ms, mantissa]) => [at(ms), mantissa - 5_000_000 + first] as const);
        const all = verdicts(5_000_000, [[at(0), first], ...other]);
        expect(all).toEqual(['held', 'confirmed', ...readings.slice(1).map(() => 'good')]);
      }),
    );
  });

  it.each([
    [
      'falls to two values that have nothing to do with each other',
      [
        [1, 77],
        [2, 0],
        [3, 5_000_001],
      ],
      'held held good',
    ],
    [
      'falls, then jumps',
      [
        [1, 0],
        [2, 9e9],
        [3, 5_000_001],
      ],
      'held held good',
    ],
    [
      'stands still',
      [
        [1, 5_000_000],
        [9e9, 5_000_000],
        [9e9 + 1, 5_010_000],
      ],
      'good good good',
    ],
  ])('that %s', (_, readings, expected) => {
    expect(
      verdicts(
        5_000_000,
        readings.map(([ms, mantissa]) => [at(ms!), mantissa!]),
      ).join(' '),
    ).toBe(expected);
  });

  it('that is shown anew only once a day may then rise by what a day brings', () => {
    const hourly = Array.from({ length: 24 }, (_, hour) => [at(hour * HOUR_MS), 5_000_000] as const);
    const all = verdicts(5_000_000, [...hourly, [at(24 * HOUR_MS), 7_300_000]]);
    expect(all.at(-1)).toBe('good');
  });

  it('of coarse steps may rise by one at any time', () => {
    const megawattHours: Counter = { good: { value: new Decimal(12), since: at(0) }, held: null, proven: 0 };
    expect(judge(megawattHours, new Decimal(13), at(1000), 0.1).verdict).toBe('good');
  });

  it('that keeps on rising beyond its limit is believed in the end, and from then on', () => {
    const readings = [1, 2, 3, 4, 5].map((n) => [at(n * HOUR_MS), 5_000_000 + n * 500_000] as const);
    expect(verdicts(5_000_000, readings)).toEqual(['held', 'held', 'confirmed', 'good', 'good']);
  });

  it('of a kind without a limit is only not believed when it falls', () => {
    const readings = [
      [at(1), 9e12],
      [at(2), 0],
    ] as const;
    expect(verdicts(5_000_000, readings, Number.POSITIVE_INFINITY)).toEqual(['good', 'held']);
  });

  it('from before a restart may have risen all the while, also if the clock lost time', () => {
    const before = { monotonic: null, wall: 1e12, meter: 1e12 };
    const judged = (wall: number, mantissa: number) => {
      const counter = { good: { value: wh(5_000_000), since: before }, held: null, proven: 0 };
      return judge(counter, wh(mantissa), { monotonic: 5, wall, meter: wall }, LIMIT).verdict;
    };
    expect(judged(1e12 + 7 * 24 * HOUR_MS, 5_000_000 + 7 * 24 * 100_000)).toBe('good');
    expect(judged(1e12 + 1000, 5_000_000 + 24 * 100_000)).toBe('good');
    expect(judged(1e12 + 1000, 5_000_000 + 26 * 100_000)).toBe('held');
    expect(judged(0, 50_000_000)).toBe('good');
    expect(judged(0, 4_999_999)).toBe('held');
  });
});
