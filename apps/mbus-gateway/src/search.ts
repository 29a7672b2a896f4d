import { BridgeError } from '@meterbridge/core/errors';
import { DEEPEST, DIGITS, FURTHER_DIGITS, refined } from './masks.ts';
import { USUAL_MANUFACTURERS } from './protocol/manufacturers.ts';
import { EVERY_METER, ID_DIGITS, type SecondaryAddress } from './protocol/secondary-address.ts';
import { type Asked, SilentMasks } from './silent-masks.ts';

/** What answers to a mask: nobody, one meter with its address, or several at once. */
export type ProbeResult = 'none' | 'collision' | SecondaryAddress;

/** Asks the meters that a mask means; patiently, if they seem to answer later than they should. */
export type Probe = (mask: SecondaryAddress, isPatient?: boolean) => Promise<Probed>;

export interface Probed {
  readonly result: ProbeResult;
  /** Something came that may have been an answer to a question before. */
  readonly wasLate: boolean;
  /** An answer came amid noise, or only when it was asked for again: others may be lost. */
  readonly wasLossy?: boolean;
}

export interface SearchOptions {
  /** Looks for numbers with the hexadecimal digits A to E everywhere, not only where meters are missing. */
  readonly isThorough?: boolean;
  /** Whether something comes to which nothing was asked: where the last question seemed to mean nobody. */
  readonly listen?: () => Promise<boolean>;
}

export interface SearchStep {
  readonly mask: SecondaryAddress;
  readonly result: ProbeResult;
  /** Part of all numbers that has been searched, 0 to 1. */
  readonly progress: number;
  /** Several meters answer that differ by nothing but makers nobody has heard of: they cannot be told apart. */
  readonly isUnresolved?: true;
}

/** How far a search is that asks again. */
export const NEARLY_ALL = 0.99;
/** Where answers get lost, who should be there is asked for so often. */
const LOSSY_TRIES = 4;

/**
 * Finds all meters of a line by wildcards, depth first: a mask to which several answer is asked digit by digit. Meters
 * with the same number are told apart by medium, version and manufacturer. Where answers come late or get lost, masks
 * that seemed to mean nobody are asked again.
 */
export async function* searchSecondary(
  probe: Probe,
  { isThorough = false, listen }: SearchOptions = {},
): AsyncGenerator<SearchStep, void> {
  const digits = isThorough ? DIGITS + FURTHER_DIGITS : DIGITS;
  const seen = new Set(USUAL_MANUFACTURERS);
  const silent = new SilentMasks();

  async function once(mask: SecondaryAddress, depth: number): Promise<ProbeResult> {
    const { result, wasLate, wasLossy = false } = await probe(mask, silent.isLate(mask));
    // A whole address means one meter at most: whatever came was no answer.
    silent.asked({ mask, depth }, result === 'none' || (result === 'collision' && depth > DEEPEST), wasLate);
    silent.isLossy ||= wasLossy;
    return result;
  }

  /** Meters with the same number are rare, and telling them apart takes long: a disturbed answer is asked for again. */
  async function ask(mask: SecondaryAddress, depth: number): Promise<ProbeResult> {
    let result = await once(mask, depth);
    if (depth < ID_DIGITS) return result;
    for (let tries = 1; result === 'collision' && tries < (silent.isLossy ? LOSSY_TRIES : 2); tries++) {
      result = await once(mask, depth);
      silent.isLossy ||= result !== 'collision';
    }
    return result;
  }

  async function* look(mask: SecondaryAddress, depth: number, done: number, share: number): Search {
    const result = await ask(mask, depth);
    if (isAddress(result)) seen.add(result.slice(8, 12));
    const masks = result === 'collision' ? refined(mask, depth, digits, seen) : [];
    yield { mask, result, progress: masks.length > 0 ? done : done + share };
    const part = share / masks.length;
    let count = isAddress(result) ? 1 : 0;
    for (const [at, finer] of masks.entries()) {
      count += yield* look(finer, depth + 1, done + at * part, part);
    }
    if (masks.length === 0 || count > 1) return count;
    if (depth >= ID_DIGITS) return count + (yield* tellUnresolved(mask, depth, done + share));
    // Where several answered and fewer were found, the others have digits that numbers should not have.
    for (const finer of isThorough ? [] : refined(mask, depth, FURTHER_DIGITS, seen)) {
      count += yield* look(finer, depth + 1, done + share, 0);
    }
    silent.isLossy ||= count < 2;
    // Somebody did answer.
    for (let tries = 1; count === 0 && tries < LOSSY_TRIES; tries++) {
      count = yield* again(silent.among(masks), done + share);
    }
    return count;
  }

  /** Nothing is left that could tell these apart. */
  async function* tellUnresolved(mask: SecondaryAddress, depth: number, progress: number): Search {
    if (depth !== DEEPEST || (await ask(mask, depth)) !== 'collision') return 0;
    yield { mask, result: 'collision', progress, isUnresolved: true };
    return 2;
  }

  async function* again(asked: Iterable<Asked>, progress = NEARLY_ALL): Search {
    let count = 0;
    for (const { mask, depth } of asked) count += yield* look(mask, depth, progress, 0);
    return count;
  }

  yield* look(EVERY_METER, 0, 0, 1);
  if (silent.isLast && (await listen?.())) silent.heardLate();
  yield* again(silent.doubted);
  let isWorthIt = false;
  for (let inVain = 0; silent.isLossy && inVain < (isWorthIt ? 2 : 1); ) {
    const count = yield* again(silent.numbers(digits));
    isWorthIt ||= count > 0;
    inVain = count > 0 ? 0 : inVain + 1;
  }
}

/** What to tell of meters that cannot be told apart. */
export function unresolved(mask: SecondaryAddress): BridgeError {
  const number = mask.slice(0, ID_DIGITS);
  const rest = `version ${Number.parseInt(mask.slice(12, 14), 16)} and medium ${Number.parseInt(mask.slice(14), 16)}`;
  return new BridgeError(
    'meter/collision',
    `several meters have the number ${number}, ${rest}, and cannot be told apart`,
    {
      hint: 'Connect them one by one, give each its own primary address (set-address), and read them by it.',
    },
  );
}

function isAddress(result: ProbeResult): boolean {
  return result !== 'none' && result !== 'collision';
}

/** Returns how many meters it found. */
type Search = AsyncGenerator<SearchStep, number>;
