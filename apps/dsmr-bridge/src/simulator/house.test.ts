import { seededRandom } from '@meterbridge/core/codec';
import { describe, expect, it } from 'vitest';
import { House, type HouseState } from './house.ts';

const MINUTE_MS = 60_000;
const BEGIN_MS = Date.UTC(2026, 10, 20, 6, 58, 30);
const times = Array.from({ length: 1_500 }, (_, at) => BEGIN_MS + at * MINUTE_MS);
const countersOf = ({ importWh, exportWh, gasLitres }: HouseState) => [...importWh, ...exportWh, gasLitres];

describe('the meters of a house', () => {
  it('show the same however often the simulator was started anew', () => {
    const house = new House(seededRandom(1));
    const shown = times.map((localMs) => countersOf(house.at(localMs)));
    for (const at of [0, 1, 7, 733, 1_499])
      expect(countersOf(new House(seededRandom(2)).at(times[at]!))).toEqual(shown[at]);
  });

  it('never fall, and count what the powers come to', () => {
    const house = new House(seededRandom(1));
    let last = house.at(times[0]!);
    const first = last;
    let netWh = 0;
    for (const localMs of times.slice(1)) {
      const state = house.at(localMs);
      countersOf(state).forEach((counter, at) => {
        expect(counter).toBeGreaterThanOrEqual(countersOf(last)[at]!);
      });
      netWh += state.powerW.reduce((sum, power) => sum + power) / 60;
      last = state;
    }
    const netOf = ({ importWh, exportWh }: HouseState): number =>
      importWh[0] + importWh[1] - exportWh[0] - exportWh[1];
    expect(Math.abs(netOf(last) - netOf(first) - netWh)).toBeLessThan(50);
    expect(last.gasLitres).toBeGreaterThan(first.gasLitres);
  });
});
