import { seededRandom } from '@meterbridge/core/codec';
import { describe, expect, it } from 'vitest';
import { isSelected } from './protocol/secondary-address.ts';
import { type ProbeResult, searchSecondary } from './search.ts';

/** Meters with these numbers, and how often they are asked until all are found. */
async function search(addresses: readonly string[], options: { isThorough?: boolean } = {}) {
  let probes = 0;
  let progress = 0;
  const found: string[] = [];
  const probe = async (mask: string): Promise<ProbeResult> => {
    probes++;
    const meant = addresses.filter((address) => isSelected(address, mask));
    return meant.length === 0 ? 'none' : meant.length === 1 ? meant[0]! : 'collision';
  };
  for await (const step of searchSecondary(probe, options)) {
    expect(step.progress).toBeGreaterThanOrEqual(progress - 1e-9);
    progress = step.progress;
    if (step.result !== 'none' && step.result !== 'collision') found.push(step.result);
  }
  return { probes, progress, found: found.toSorted() };
}

/** Ten for each beginning of a number that several meters share. */
function fewest(addresses: readonly string[]): number {
  const shared = new Set<string>();
  for (let depth = 0; depth < 8; depth++) {
    const heads = Map.groupBy(addresses, (address) => address.slice(0, depth));
    for (const [head, same] of heads) if (same.length > 1) shared.add(head);
  }
  return 10 * Math.max(1, shared.size);
}

const behind = '2D2C0104';

describe('a search', () => {
  it.each([1, 2, 3, 4, 5])('for 20 meters asks hardly more than it must (line %i)', async (seed) => {
    const random = seededRandom(seed);
    const numbers = Array.from({ length: 20 }, () => String(Math.floor(1e8 * random())).padStart(8, '0'));
    const addresses = numbers.map((number) => number + behind);
    const { probes, progress, found } = await search(addresses);
    expect(found).toEqual(addresses.toSorted());
    expect(probes).toBeLessThanOrEqual(1.15 * fewest(addresses));
    expect(progress).toBeCloseTo(1);
  });

  it('ends with its first question when nobody or one meter is there', async () => {
    expect(await search([])).toMatchObject({ probes: 1, found: [] });
    expect(await search([`12345678${behind}`])).toMatchObject({ probes: 1, found: [`12345678${behind}`] });
  });

  it('tells meters with the same number apart by medium, version and manufacturer', async () => {
    const addresses = ['2D2C0104', '2D2C0107', '2D2C0204', '24400104'].map((rest) => `12345678${rest}`);
    expect((await search(addresses)).found).toEqual(addresses.toSorted());
  });

  it('finds hexadecimal digits where meters are missing, or everywhere if it is thorough', async () => {
    const missing = [`1A345678${behind}`, `1B345678${behind}`, `22345678${behind}`];
    expect((await search(missing)).found).toEqual(missing.toSorted());
    const hidden = [`1A345678${behind}`, `11345678${behind}`, `12345678${behind}`];
    expect((await search(hidden)).found).toEqual(hidden.slice(1));
    expect((await search(hidden, { isThorough: true })).found).toEqual(hidden.toSorted());
  });
});
