import { hexOf, seededRandom } from '@meterbridge/core/codec';
import { type Link, linkPair } from '@meterbridge/core/transport';
import { describe, expect, it } from 'vitest';
import { masterOn } from './line.fixture.ts';
import { Master } from './master.ts';
import { listenOn, probeOf } from './probe.ts';
import { manufacturerCode } from './protocol/header.ts';
import { hexByte } from './protocol/hex.ts';
import { selectRequest } from './protocol/request.ts';
import { addressBytes, isSelected } from './protocol/secondary-address.ts';
import { type Probed, searchSecondary } from './search.ts';
import { answerOf } from './simulator/bus.ts';
import { Slave } from './simulator/slave.ts';

/** Meters with these numbers, and how often they are asked until all are found. */
async function search(addresses: readonly string[], options: { isThorough?: boolean } = {}) {
  let probes = 0;
  let progress = 0;
  const found: string[] = [];
  const unresolved: string[] = [];
  const probe = async (mask: string): Promise<Probed> => {
    probes++;
    const meant = addresses.filter((address) => isSelected(address, mask));
    const result = meant.length === 0 ? 'none' : meant.length === 1 ? meant[0]! : 'collision';
    return { result, wasLate: false };
  };
  for await (const step of searchSecondary(probe, options)) {
    expect(step.progress).toBeGreaterThanOrEqual(progress - 1e-9);
    progress = step.progress;
    if (step.result !== 'none' && step.result !== 'collision') found.push(step.result);
    if (step.isUnresolved) unresolved.push(step.mask);
  }
  return { probes, progress, found: found.toSorted(), unresolved };
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

  it.each([2, 3, 7, 20, 60, 120, 250])(
    'for %i meters of any numbers asks hardly more than it must',
    async (count) => {
      const random = seededRandom(count);
      const any = (below: number): number => Math.floor(below * random());
      const first = any(9e7);
      const numberings: readonly ((at: number) => number)[] = [
        () => any(1e8),
        (at) => first + at,
        // Boxes of ten meters each, from everywhere.
        (at) => 1e5 * 37 * Math.floor(at / 10) + (at % 10),
        // All begin, or all end, with the same digits.
        () => 12_340_000 + any(1e4),
        () => 1e4 * any(1e4) + 4711,
        // Gaps of all lengths.
        (at) => Math.floor(1.07 ** at) % 1e8,
      ];
      for (const numberOf of numberings) {
        const numbers = new Set(
          Array.from({ length: count }, (_, at) => String(numberOf(at)).padStart(8, '0')),
        );
        const addresses = Array.from(numbers, (number) => number + behind);
        const { probes, found } = await search(addresses);
        expect(found).toEqual(addresses.toSorted());
        expect(probes).toBeLessThanOrEqual(1.15 * fewest(addresses));
      }
    },
  );

  it('ends with its first question when nobody or one meter is there', async () => {
    expect(await search([])).toMatchObject({ probes: 1, found: [] });
    expect(await search([`12345678${behind}`])).toMatchObject({ probes: 1, found: [`12345678${behind}`] });
  });

  it('tells meters with the same number apart by medium, version and manufacturer', async () => {
    const addresses = ['2D2C0104', '2D2C0107', '2D2C0204', '24400104', '824D0104'].map(
      (rest) => `12345678${rest}`,
    );
    expect((await search(addresses)).found).toEqual(addresses.toSorted());
  });

  it('tells of meters that nothing but an unknown maker distinguishes', async () => {
    const [known, ...strange] = ['2D2C0104', '41040104', '61040104'].map((rest) => `12345678${rest}`);
    const { found, unresolved } = await search([known!, ...strange]);
    expect(found).toEqual([known]);
    expect(unresolved).toEqual(['12345678FFFF0104']);
    expect((await search(strange)).unresolved).toEqual(['12345678FFFF0104']);
  });

  it('finds hexadecimal digits where meters are missing, or everywhere if it is thorough', async () => {
    const missing = [`1A345678${behind}`, `1B345678${behind}`, `22345678${behind}`];
    expect((await search(missing)).found).toEqual(missing.toSorted());
    const hidden = [`1A345678${behind}`, `11345678${behind}`, `12345678${behind}`];
    expect((await search(hidden)).found).toEqual(hidden.slice(1));
    expect((await search(hidden, { isThorough: true })).found).toEqual(hidden.toSorted());
  });
});

function slaveOf(address: string, at: number): Slave {
  const data = Uint8Array.of(...addressBytes(address), 0, 0, 0, 0, 0x0c, 0x13, at, 0x34, 0x12, 0x00);
  // A new meter has the primary address 0, as all of them have.
  return new Slave(0, { address, telegrams: (number) => [{ ci: 0x72, data: data.with(8, number) }] });
}

/** Meters on a line that carries all their answers at once, and how often one was selected until all were found. */
async function searchLine(addresses: readonly string[]) {
  const slaves = addresses.map(slaveOf);
  // How often is asked does not depend on the speed.
  await using line = masterOn({ slaves }, { baudRate: 1_000_000, answerMs: 2 });
  let selections = 0;
  const probe = probeOf(line.master, () => undefined);
  const found: string[] = [];
  for await (const { result } of searchSecondary((mask, isPatient) => {
    selections++;
    return probe(mask, isPatient);
  })) {
    if (result !== 'none' && result !== 'collision') found.push(result);
  }
  return { selections, found: found.toSorted() };
}

const MEDIA = ['02', '03', '04', '06', '07', '0A', '15', '16'];

/** `count` addresses with numbers, and what is behind them, as they come. */
function population(count: number, numberOf: (at: number) => number, behindOf = (_at: number) => behind) {
  return Array.from({ length: count }, (_, at) => String(numberOf(at)).padStart(8, '0') + behindOf(at));
}

describe('a search of a line with 20 meters', { timeout: 60_000 }, () => {
  const random = seededRandom(20);
  const anyNumber = (): number => Math.floor(1e8 * random());
  const anyBehind = (): string => {
    const letters = Array.from({ length: 3 }, () => String.fromCharCode(65 + Math.floor(26 * random()))).join(
      '',
    );
    const code = manufacturerCode(letters);
    const version = Math.floor(255 * random());
    return (
      [code & 0xff, code >> 8, version].map(hexByte).join('') + MEDIA[Math.floor(MEDIA.length * random())]
    );
  };

  it.each<[string, readonly string[]]>([
    ['of one maker', population(20, anyNumber)],
    ['of all makers', population(20, anyNumber, anyBehind)],
    ['of one delivery, numbered one after the other', population(20, (at) => 30_412_345 + at)],
    ['of one delivery, over the turn of a hundred', population(20, (at) => 30_412_390 + at)],
    ['numbered in tens', population(20, (at) => 70_000_000 + 10 * at)],
    ['with small numbers', population(20, (at) => at)],
    ['in pairs that differ by one', population(20, (at) => 12_345_670 + 4_321_000 * (at >> 1) + (at & 1))],
    ['that begin with every digit', population(20, (at) => 5_000_000 * at + 77)],
  ])('%s selects hardly more often than it must, and misses none', async (_of, addresses) => {
    const { selections, found } = await searchLine(addresses);
    expect(found).toEqual(addresses.toSorted());
    expect(selections).toBeLessThanOrEqual(1.15 * fewest(addresses));
  });

  it.each<[string, readonly string[]]>([
    [
      'medium',
      population(
        20,
        (at) => 11_112_222 + (at >> 2),
        (at) => `2D2C01${MEDIA[at & 3]}`,
      ),
    ],
    [
      'version',
      population(
        20,
        (at) => 11_112_222 + (at >> 2),
        (at) => `2D2C${hexByte(1 + (at & 3))}04`,
      ),
    ],
    [
      'manufacturer',
      population(
        20,
        (at) => 11_112_222 + (at >> 2),
        (at) => `${['2D2C', '2440', '4D6A', 'A815'][at & 3]}0104`,
      ),
    ],
  ])('whose numbers are the same by fours tells them apart by their %s', async (_what, addresses) => {
    expect((await searchLine(addresses)).found).toEqual(addresses.toSorted());
  });
});

/** A line on which the answers to these selections come too late, the first time. */
async function lateLine(link: Link, slaves: readonly Slave[], late: readonly string[]): Promise<void> {
  const waiting = new Map(late.map((mask) => [hexOf(selectRequest(mask)), 60]));
  for (;;) {
    const request = await link.read({ timeoutMs: 60_000 });
    if (!request) continue;
    const delayMs = waiting.get(hexOf(request)) ?? 0;
    waiting.delete(hexOf(request));
    const answer = answerOf(slaves, request);
    if (!answer) continue;
    // The line hears the next request meanwhile.
    setTimeout(() => link.write(answer, { timeoutMs: 5_000 }).catch(() => undefined), delayMs);
  }
}

it('a search misses nobody whose answer came during the next question', { timeout: 60_000 }, async () => {
  const addresses = ['1', '2', '3', '5', '51', '9'].map((begin) => begin.padEnd(8, '7') + behind);
  const [near, far] = linkPair();
  const late = ['2', '5', '9'].map((begin) => begin.padEnd(16, 'F'));
  lateLine(far, addresses.map(slaveOf), late).catch(() => undefined);
  await using link = near;
  const master = new Master(link, { baudRate: 38_400, latencyMs: 0, answerMs: 40 });
  const found = new Set<string>();
  for await (const { result } of searchSecondary(
    probeOf(master, () => undefined),
    { listen: () => listenOn(master) },
  ))
    if (result !== 'none' && result !== 'collision') found.add(result);
  expect([...found].toSorted()).toEqual(addresses.toSorted());
});

/** A line that loses each answer with this chance, and tells of it only by those that it was asked for twice. */
async function searchLossy(addresses: readonly string[], chance: number, seed: number) {
  const random = seededRandom(seed);
  const isLost = (): boolean => random() < chance;
  const found = new Set<string>();
  const probe = async (mask: string): Promise<Probed> => {
    const meant = addresses.filter((address) => isSelected(address, mask));
    if (meant.length === 0 || isLost()) return { result: 'none', wasLate: false };
    const result = meant.length === 1 ? meant[0]! : 'collision';
    return { result, wasLate: false, wasLossy: isLost() };
  };
  for await (const { result } of searchSecondary(probe))
    if (result !== 'none' && result !== 'collision') found.add(result);
  return [...found].toSorted();
}

it.each([1, 2, 3, 4, 5, 6])(
  'a search misses nobody on a line that loses a sixth of the answers (line %i)',
  async (seed) => {
    const random = seededRandom(100 + seed);
    const numbers = Array.from({ length: 20 }, () => Math.floor(1e8 * random()));
    const addresses = population(20, (at) => numbers[at]!);
    expect(await searchLossy(addresses, 1 / 6, seed)).toEqual(addresses.toSorted());
  },
);
