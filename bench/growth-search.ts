import { seededRandom } from '@meterbridge/core/codec';
import { isSelected, type SecondaryAddress } from '../apps/mbus-gateway/src/protocol/secondary-address.ts';
import { type Probe, searchSecondary } from '../apps/mbus-gateway/src/search.ts';
import { standardAnswerMs, wireMs } from '../apps/mbus-gateway/src/timing.ts';
import { type Spread, spreadOf } from './measure.ts';

const SEEDS = 5;
const BAUD = 2_400;
/** Of a selection (EN 13757-3, 11.3). */
const SELECTION_BYTES = 17;
/** Manufacturer, version and medium of a heat meter. */
const KIND = '2D2C0104';

/** What it takes to find all meters of a line by their secondary addresses. */
export interface SearchSize {
  readonly meters: number;
  /** Numbers of meters that were bought over the years. */
  readonly masksAtRandom: Spread;
  /** Numbers of meters that left the factory together. */
  readonly masksInARow: Spread;
  /** What these questions and the waiting for an answer take at 2400 baud, at random. */
  readonly secondsAtRandom: number;
}

export async function searchSizes(sizes: readonly number[]): Promise<readonly SearchSize[]> {
  const results: SearchSize[] = [];
  for (const meters of sizes) {
    const masksAtRandom = await masksFor(meters, (random) => () => Math.floor(random() * 1e8));
    const masksInARow = await masksFor(meters, (random) => {
      let number = Math.floor(random() * (1e8 - meters));
      return () => number++;
    });
    const eachMs = wireMs(SELECTION_BYTES, BAUD) + standardAnswerMs(BAUD);
    const secondsAtRandom = (masksAtRandom.median * eachMs) / 1000;
    results.push({ meters, masksAtRandom, masksInARow, secondsAtRandom });
  }
  return results;
}

async function masksFor(meters: number, numbers: (random: () => number) => () => number): Promise<Spread> {
  const counts: number[] = [];
  for (let seed = 1; seed <= SEEDS; seed++) {
    const next = numbers(seededRandom(seed));
    const addresses = new Set<SecondaryAddress>();
    while (addresses.size < meters) addresses.add(`${String(next()).padStart(8, '0')}${KIND}`);
    counts.push(await masksToFind(addresses));
  }
  return spreadOf(counts);
}

/** A line whose meters are heard as they should be: one, several at once, or none. */
async function masksToFind(addresses: ReadonlySet<SecondaryAddress>): Promise<number> {
  const found = new Set<SecondaryAddress>();
  const probe: Probe = async (mask) => {
    const meant = [...addresses].filter((address) => isSelected(address, mask));
    return { result: meant.length > 1 ? 'collision' : (meant[0] ?? 'none'), wasLate: false };
  };
  let masks = 0;
  for await (const { result } of searchSecondary(probe)) {
    masks++;
    if (addresses.has(result)) found.add(result);
  }
  if (found.size < addresses.size) throw new Error(`${found.size} of ${addresses.size} meters were found`);
  return masks;
}
